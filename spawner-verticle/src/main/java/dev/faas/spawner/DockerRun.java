package dev.faas.spawner;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.WaitContainerCondition;
import com.github.dockerjava.api.model.WaitResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of one container, from its creation to its outcome.
 *
 * <pre>
 * create ─ attach ─ wait ─ start ─┬─ exit ──────────────────────────────┬─ drain ─ detach ─ inspect ─ outcome
 *                                 └─ timeout, cancel ─ TERM ─ (KILL) ───┘
 * </pre>
 *
 * Attach and wait come before start, so that neither output nor exit is missed however short the run; the inspection
 * (out of memory? how long?) comes after the detach, because an attached stream can block dockerd's control.
 */
final class DockerRun {

    private static final Logger log = LoggerFactory.getLogger(DockerRun.class);

    /** Generous: on a machine with everything starting at once, creates and starts queue up in the daemon. */
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private static final Duration CONTROL_LIMIT = Duration.ofSeconds(10);
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(10);
    private static final int KILLED = 128 + 9;

    private final DockerCalls docker;
    private final String container;
    private final RunRequest request;
    private final RunOutput output;
    private final CompletableFuture<Void> cancelled;
    private final RunWatch watch;
    private final Streamed<Frame> attached;
    private final Streamed<WaitResponse> waiting;
    private final AtomicReference<@Nullable Integer> status = new AtomicReference<>();
    private final CompletableFuture<Integer> exit;

    DockerRun(
            DockerCalls docker,
            String container,
            RunRequest request,
            RunOutput output,
            CompletableFuture<Void> cancelled,
            RunWatch watch) {
        this.docker = docker;
        this.container = container;
        this.request = request;
        this.output = output;
        this.cancelled = cancelled;
        this.watch = watch;
        this.attached = new Streamed<>("attach", output::accept);
        this.waiting = new Streamed<>("wait", answer -> status.set(answer.getStatusCode()));
        this.exit = waiting.ended().handle((end, fault) -> statusOr(fault));
    }

    private Integer statusOr(@Nullable Throwable fault) {
        var code = status.get();
        if (code == null) {
            throw new CompletionException(new EngineFault("Docker stopped answering during the run", fault));
        }
        return code;
    }

    /** DockerRefusal: the container could not be made or started. */
    Outcome run(Function<DockerClient, CreateContainerCmd> plan) throws EngineFault {
        if (cancelled.isDone()) {
            return new Outcome(new Ending.Cancelled(), watch.usage(0));
        }
        docker.within(START_LIMIT, "create", d -> plan.apply(d).exec());
        try (attached;
                waiting) {
            docker.streaming()
                    .attachContainerCmd(container)
                    .withStdOut(true)
                    .withStdErr(true)
                    .withFollowStream(true)
                    .exec(attached);
            docker.streaming()
                    .waitContainerCmd(container)
                    .withCondition(WaitContainerCondition.NEXT_EXIT)
                    .exec(waiting);
            attached.awaitStart(CONTROL_LIMIT);
            waiting.awaitStart(CONTROL_LIMIT);
            if (cancelled.isDone()) {
                return new Outcome(new Ending.Cancelled(), watch.usage(0));
            }
            docker.within(
                    START_LIMIT, "start", d -> d.startContainerCmd(container).exec());
            watch.started();
            var forced = untilOver();
            watch.ended();
            drain();
            attached.close();
            return outcome(forced);
        } finally {
            output.mute();
        }
    }

    /** Blocks until the command has ended, by itself (empty) or by us. */
    private Optional<Ending> untilOver() throws EngineFault {
        if (over(CompletableFuture.anyOf(exit, cancelled), request.timeout()) && exit.isDone()) {
            return Optional.empty();
        }
        Ending ending = cancelled.isDone() ? new Ending.Cancelled() : new Ending.TimedOut();
        stop();
        return Optional.of(ending);
    }

    private void stop() throws EngineFault {
        if (request.grace().isPositive()) {
            signal("SIGTERM");
            if (over(exit, request.grace())) {
                return;
            }
        }
        if (signal("SIGKILL") && over(exit, KILL_LIMIT)) {
            return;
        }
        attached.close(); // if the sink does not read on, it is that what dockerd is stuck at
        if (!signal("SIGKILL") || !over(exit, KILL_LIMIT)) {
            log.warn("container {} did not end when killed", container);
        }
    }

    /** Whether Docker took it, or had no one left to give it to. */
    private boolean signal(String name) {
        try {
            docker.within(
                    CONTROL_LIMIT,
                    "kill",
                    d -> d.killContainerCmd(container).withSignal(name).exec());
            return true;
        } catch (DockerRefusal e) {
            log.debug("{} came too late for container {}", name, container, e);
            return true;
        } catch (EngineFault e) {
            log.warn("container {} got no {}: {}", container, name, e.getMessage());
            return false;
        }
    }

    /** With PID 1 everything in the container is dead, so the stream ends; unless the sink does not take it. */
    private void drain() {
        try {
            attached.awaitEnd(DRAIN_LIMIT);
        } catch (EngineFault e) {
            log.warn("output of container {} is incomplete: {}", container, e.getMessage());
        }
    }

    private Outcome outcome(Optional<Ending> forced) throws EngineFault {
        int code = forced.isPresent() ? KILLED : exitCode();
        var inspected = PostMortem.of(docker, container, code == KILLED && forced.isEmpty());
        var usage = inspected.usage(watch);
        if (forced.isPresent()) {
            output.release();
            return new Outcome(forced.get(), usage);
        }
        var notStarted = output.startFailure(code);
        if (notStarted.isPresent()) {
            return new Outcome(new Ending.StartFailed(notStarted.get()), usage);
        }
        output.release();
        if (inspected.outOfMemory() && code == KILLED) { // with another code it survived the killing of a child
            return new Outcome(new Ending.OutOfMemory(), usage);
        }
        Optional<? extends Ending> signal = Signals.in(code);
        return new Outcome(signal.isPresent() ? signal.get() : new Ending.Exited(code), usage);
    }

    private int exitCode() throws EngineFault {
        try {
            return exit.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted during the run", e);
        } catch (ExecutionException e) {
            throw new EngineFault(String.valueOf(e.getCause().getMessage()), e);
        }
    }

    private static boolean over(CompletableFuture<?> event, Duration limit) throws EngineFault {
        try {
            event.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true; // the run is over in that nothing more is heard of it: exitCode() says why
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted during the run", e);
        }
    }
}
