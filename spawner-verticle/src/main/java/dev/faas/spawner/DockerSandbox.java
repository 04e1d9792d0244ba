package dev.faas.spawner;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One container, made when its argument is known, and removed at the end. */
final class DockerSandbox implements Sandbox {

    private static final Logger log = LoggerFactory.getLogger(DockerSandbox.class);

    private final DockerCalls docker;
    private final ContainerPlan plan;
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private final AtomicBoolean used = new AtomicBoolean();

    /** Chosen by us: a container whose create was not answered in time can still be removed. */
    private final String name = "faas-" + UUID.randomUUID();

    DockerSandbox(DockerCalls docker, ContainerPlan plan) {
        this.docker = docker;
        this.plan = plan;
    }

    @Override
    public Optional<String> imageDigest() {
        return plan.image().digest();
    }

    @Override
    public Outcome run(RunRequest request, OutputSink sink) {
        if (!used.compareAndSet(false, true)) {
            throw new IllegalStateException("a sandbox runs once");
        }
        var watch = new RunWatch();
        var commandLine = CommandLine.of(plan.spec(), plan.image(), request.argument());
        if (commandLine.isEmpty()) {
            var detail = "neither the function nor its image " + plan.spec().image() + " names a command to run";
            return new Outcome(new Ending.StartFailed(detail), watch.usage(0));
        }
        try {
            return new DockerRun(docker, name, request, new RunOutput(sink), cancelled, watch)
                    .run(client -> plan.create(client, name, request, commandLine.get()));
        } catch (DockerRefusal e) {
            return new Outcome(StartRefusal.ending(e), watch.usage(0));
        } catch (EngineFault e) {
            return new Outcome(new Ending.Lost(String.valueOf(e.getMessage())), watch.usage(0));
        }
    }

    @Override
    public void cancel() {
        cancelled.complete(null);
    }

    @Override
    public void close() {
        if (!used.get()) {
            return;
        }
        boolean interrupted = Thread.interrupted(); // the container has to go all the same
        try {
            DockerEngine.remove(docker, name);
        } catch (EngineFault e) {
            log.warn("container {} is left to the reaper: {}", name, e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
