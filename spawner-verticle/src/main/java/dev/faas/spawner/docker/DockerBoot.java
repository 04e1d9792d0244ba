package dev.faas.spawner.docker;

import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import java.time.Duration;
import java.util.Set;
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

    /** Of the containers that a sandbox stands for; the others with our labels are the reaper's. */
    private final Set<String> held = ConcurrentHashMap.newKeySet();

    DockerBoot(DockerCalls docker, InitVolume init) {
        this.docker = docker;
        this.init = init;
    }

    DockerSandbox boot(ContainerPlan plan) throws SandboxUnavailable {
        try {
            return started(plan);
        } catch (InitMissing e) {
            init.lost(); // somebody has removed the volume; Docker makes an empty one in its place
        } catch (DockerRefusal e) {
            throw StartRefusal.of(e);
        } catch (EngineFault e) {
            throw new BootFailed(String.valueOf(e.getMessage()), e);
        }
        try {
            return started(plan);
        } catch (EngineFault e) {
            throw new BootFailed(String.valueOf(e.getMessage()), e);
        }
    }

    boolean holds(String container) {
        return held.contains(container);
    }

    private DockerSandbox started(ContainerPlan plan) throws EngineFault, SandboxUnavailable {
        var volume = init.ready(plan.image().id());
        // Chosen by us: a container whose create was not answered in time can still be removed.
        var name = "faas-" + UUID.randomUUID();
        held.add(name);
        boolean booted = false;
        try {
            docker.within(
                    START_LIMIT, "create", d -> plan.create(d, name, volume).exec());
            var session = InitSession.over(name, docker.attach(ATTACH_LIMIT, name));
            try {
                start(name);
                var sandbox = new DockerSandbox(docker, name, plan, session, ready(session, name), () -> discard(name));
                booted = true;
                return sandbox;
            } finally {
                if (!booted) {
                    session.close();
                }
            }
        } finally {
            if (!booted) {
                discard(name);
            }
        }
    }

    private void start(String name) throws EngineFault {
        try {
            docker.within(START_LIMIT, "start", d -> d.startContainerCmd(name).exec());
        } catch (DockerRefusal e) {
            throw String.valueOf(e.getMessage()).contains(InitVolume.PROGRAM) ? new InitMissing(e) : e;
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
            throw PostMortem.ofBoot(docker, name, e);
        }
    }

    /** Never throws: what cannot be removed now is the reaper's. */
    private void discard(String name) {
        boolean interrupted = Thread.interrupted(); // the container has to go all the same
        try {
            DockerEngine.remove(docker, name);
        } catch (EngineFault e) {
            log.warn("container {} is left to the reaper: {}", name, e.getMessage());
        } finally {
            held.remove(name);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The program was not where containers look for it. */
    private static final class InitMissing extends EngineFault {
        private static final long serialVersionUID = 1;

        InitMissing(DockerRefusal cause) {
            super(String.valueOf(cause.getMessage()), cause);
        }
    }
}
