package dev.faas.spawner.docker;

import com.github.dockerjava.api.model.WaitResponse;
import dev.faas.lifecycle.Uninterrupted;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.client.DockerRefusal;
import dev.faas.spawner.docker.client.StreamedReply;
import dev.faas.spawner.docker.init.InitClock;
import dev.faas.spawner.docker.init.InitSession;
import dev.faas.spawner.docker.init.InitVolume;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sandboxes.
 *
 * <pre>
 *   create ─▶ attach ─▶ start ─▶ READY
 * </pre>
 *
 * Attach comes before start, and READY over it: from then on the streams are known to be whole in both directions.
 */
final class DockerBoot {

    private static final Logger log = LoggerFactory.getLogger(DockerBoot.class);

    /** Generous: on a machine with everything starting at once, creates and starts queue up in the daemon. */
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private static final Duration ATTACH_LIMIT = Duration.ofSeconds(10);

    private final DockerCalls docker;
    private final InitVolume init;

    /** The containers that a sandbox stands for, or is about to; the others with our labels are the reaper's. */
    private final Map<String, Optional<DockerSandbox>> held = new ConcurrentHashMap<>();

    private volatile boolean quotas = true;

    DockerBoot(DockerCalls docker, InitVolume init) {
        this.docker = docker;
        this.init = init;
    }

    DockerSandbox boot(ContainerPlan plan) throws SandboxUnavailable {
        try {
            return started(plan);
        } catch (InitMissing e) {
            log.info("a sandbox did not come up, so init is looked at: {}", e.getMessage());
            init.lost(); // somebody has removed the volume (Docker makes an empty one in its place), or what is in it
        } catch (EngineFault e) {
            throw unavailable(e);
        }
        try {
            return started(plan);
        } catch (EngineFault e) {
            throw unavailable(e);
        }
    }

    private static SandboxUnavailable unavailable(EngineFault fault) {
        return fault instanceof DockerRefusal refusal
                ? StartRefusal.of(refusal)
                : new BootFailed(String.valueOf(fault.getMessage()), fault);
    }

    boolean holds(String container) {
        return held.containsKey(container);
    }

    Collection<DockerSandbox> sandboxes() {
        return held.values().stream().flatMap(Optional::stream).toList();
    }

    private DockerSandbox started(ContainerPlan plan) throws EngineFault, SandboxUnavailable {
        var volume = init.ready(plan.image().id());
        // Chosen by us: a container whose create was not answered in time can still be removed.
        var name = "faas-" + UUID.randomUUID();
        held.put(name, Optional.empty());
        boolean booted = false;
        try {
            create(plan, name, volume);
            var session = InitSession.over(name, docker.attach(ATTACH_LIMIT, name));
            try {
                start(name);
                var sandbox = new DockerSandbox(
                        docker, name, plan, session, ready(session, name), patience -> discard(name, patience));
                held.put(name, Optional.of(sandbox));
                booted = true;
                return sandbox;
            } finally {
                if (!booted) {
                    session.close();
                }
            }
        } finally {
            if (!booted) {
                discard(name, Duration.ZERO);
            }
        }
    }

    /** Whether Docker's file system has quotas it only says when it is asked for one. */
    private void create(ContainerPlan plan, String name, String volume) throws EngineFault {
        boolean quota = quotas && !plan.spec().readOnlyRoot();
        try {
            docker.within(
                    START_LIMIT,
                    "create",
                    d -> plan.create(d, name, volume, quota).exec());
        } catch (DockerRefusal e) {
            if (!quota || !String.valueOf(e.getMessage()).contains("storage-opt")) {
                throw e;
            }
            log.info("no quotas for what containers write: {}", e.getMessage());
            quotas = false;
            create(plan, name, volume);
        }
    }

    private void start(String name) throws EngineFault {
        try {
            docker.within(START_LIMIT, "start", d -> d.startContainerCmd(name).exec());
        } catch (DockerRefusal e) {
            var said = String.valueOf(e.getMessage());
            throw said.contains(InitVolume.PROGRAM) ? new InitMissing(said, e) : e;
        }
    }

    private InitClock ready(InitSession session, String name) throws EngineFault, SandboxUnavailable {
        try {
            return session.whenReady().get(START_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new EngineFault("a sandbox was not ready within " + START_LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted during the boot of a sandbox", e);
        } catch (ExecutionException e) {
            var why = ExitCause.ofBoot(docker, name, e);
            if (why instanceof BootFailed) {
                throw new InitMissing(String.valueOf(why.getMessage()), why);
            }
            throw why;
        }
    }

    /**
     * Never throws: what cannot be removed now is the reaper's.
     *
     * @param patience with its init, which goes by itself once nobody holds its stdin: a removal that need not kill spares the
     *     engine one process in ten of all that a container costs it
     */
    private void discard(String name, Duration patience) {
        try {
            Uninterrupted.run(() -> awaitEnd(name, patience));
            Uninterrupted.run(() -> docker.removeContainer(name));
        } catch (EngineFault e) {
            log.warn("container {} is left to the reaper: {}", name, e.getMessage());
        } finally {
            held.remove(name);
        }
    }

    private void awaitEnd(String name, Duration patience) {
        if (!patience.isPositive()) {
            return;
        }
        try (var end = docker.streaming()
                .waitContainerCmd(name)
                .exec(new StreamedReply<WaitResponse>("the end of a container", code -> {}))) {
            end.awaitEnd(patience);
        } catch (EngineFault e) {
            log.debug("container {} has not ended by itself: {}", name, e.getMessage());
        }
    }

    /** The program was not where containers look for it, or not what it should be. */
    private static final class InitMissing extends EngineFault {
        private static final long serialVersionUID = 1;

        InitMissing(String said, Exception cause) {
            super(said, cause);
        }
    }
}
