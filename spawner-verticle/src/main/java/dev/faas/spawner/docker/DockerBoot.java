package dev.faas.spawner.docker;

import com.github.dockerjava.api.model.WaitResponse;
import dev.faas.lifecycle.Uninterrupted;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.client.DockerRefusal;
import dev.faas.spawner.docker.client.StreamedReply;
import dev.faas.spawner.docker.init.InitClock;
import dev.faas.spawner.docker.init.InitSession;
import dev.faas.spawner.docker.init.InitVolume;
import dev.faas.spawner.docker.init.RootNotBuilt;
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
 * Boots sandboxes, and removes their containers.
 *
 * <pre>
 *   create ─▶ attach ─▶ start ─▶ READY
 * </pre>
 *
 * Attach comes before start, and READY comes over the attach: that proves that stdin and both output streams are
 * connected.
 */
final class DockerBoot {

    private static final Logger log = LoggerFactory.getLogger(DockerBoot.class);

    /** Long, because creates and starts queue in the daemon when many containers start at once. */
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private static final Duration ATTACH_LIMIT = Duration.ofSeconds(10);

    private final DockerCalls docker;
    private final InitVolume init;

    /** By name; empty while it boots. Other containers with this platform's labels are left to the reaper. */
    private final Map<String, Optional<DockerSandbox>> sandboxByContainer = new ConcurrentHashMap<>();

    private volatile boolean quotasSupported = true;

    DockerBoot(DockerCalls docker, InitVolume init) {
        this.docker = docker;
        this.init = init;
    }

    /** @throws RootNotBuilt for a nested container on a host that does not allow its runs */
    DockerSandbox boot(HardenedContainer hardened) throws SandboxUnavailable, RootNotBuilt {
        try {
            return bootWithInit(hardened);
        } catch (RootNotBuilt e) {
            throw e;
        } catch (EngineFault e) {
            throw toUnavailable(e);
        }
    }

    private DockerSandbox bootWithInit(HardenedContainer hardened) throws EngineFault, SandboxUnavailable {
        try {
            return bootOnce(hardened);
        } catch (InitMissing e) {
            // The volume or its contents were removed; Docker creates an empty volume in its place.
            log.info("sandbox failed to boot, refilling init volume error={}", e.getMessage());
            init.refillNextTime();
            return bootOnce(hardened);
        }
    }

    private static SandboxUnavailable toUnavailable(EngineFault fault) {
        return fault instanceof DockerRefusal refusal
                ? StartRefusal.of(refusal)
                : new BootFailed(String.valueOf(fault.getMessage()), fault);
    }

    boolean isHeld(String container) {
        return sandboxByContainer.containsKey(container);
    }

    Collection<DockerSandbox> sandboxes() {
        return sandboxByContainer.values().stream().flatMap(Optional::stream).toList();
    }

    private DockerSandbox bootOnce(HardenedContainer hardened) throws EngineFault, SandboxUnavailable {
        var volume = init.ensureFilled(hardened.image().id());
        // Our own name, so that a container can be removed even if the answer to its create was lost.
        var name = "faas-" + UUID.randomUUID();
        sandboxByContainer.put(name, Optional.empty());
        boolean booted = false;
        try {
            create(hardened, name, volume);
            var session = InitSession.open(name, docker.attach(ATTACH_LIMIT, name));
            try {
                start(name);
                var sandbox = new DockerSandbox(
                        docker,
                        name,
                        hardened,
                        session,
                        awaitReady(session, name),
                        exitLimit -> discard(name, exitLimit));
                sandboxByContainer.put(name, Optional.of(sandbox));
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

    /** Docker only says that its file system has no quotas when a create asks for one. */
    private void create(HardenedContainer hardened, String name, String volume) throws EngineFault {
        boolean quota = quotasSupported && !hardened.spec().readOnlyRoot();
        try {
            docker.call(
                    START_LIMIT,
                    "create",
                    d -> hardened.createCommand(d, name, volume, quota).exec());
        } catch (DockerRefusal e) {
            if (!quota || !String.valueOf(e.getMessage()).contains("storage-opt")) {
                throw e;
            }
            log.info("docker host without quotas error={}", e.getMessage());
            quotasSupported = false;
            create(hardened, name, volume);
        }
    }

    private void start(String name) throws EngineFault {
        try {
            docker.call(START_LIMIT, "start", d -> d.startContainerCmd(name).exec());
        } catch (DockerRefusal e) {
            var message = String.valueOf(e.getMessage());
            throw message.contains(InitVolume.PROGRAM) ? new InitMissing(message, e) : e;
        }
    }

    private InitClock awaitReady(InitSession session, String name) throws EngineFault, SandboxUnavailable {
        try {
            return session.whenReady().get(START_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new EngineFault("the sandbox was not ready within " + START_LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted while the sandbox booted", e);
        } catch (ExecutionException e) {
            boolean isReady = e.getCause() instanceof RootNotBuilt;
            if (e.getCause() instanceof RootNotBuilt notBuilt && notBuilt.cause() != RootNotBuilt.Cause.UNKNOWN) {
                throw notBuilt;
            }
            var cause = ExitCause.ofBoot(docker, name, e.getCause());
            if (cause instanceof BootFailed && !isReady) {
                throw new InitMissing(String.valueOf(cause.getMessage()), cause);
            }
            throw cause;
        }
    }

    /**
     * Never throws: the reaper removes what cannot be removed now.
     *
     * @param exitLimit how long to wait until init exits by itself, as it does when its stdin is closed. A removal
     *     without a kill saves Docker a tenth of the processes that it starts for a container.
     */
    private void discard(String name, Duration exitLimit) {
        try {
            Uninterrupted.run(() -> awaitEnd(name, exitLimit));
            Uninterrupted.run(() -> docker.removeContainer(name));
        } catch (EngineFault e) {
            log.warn("container not removed, left to the reaper container={} error={}", name, e.getMessage());
        } finally {
            sandboxByContainer.remove(name);
        }
    }

    private void awaitEnd(String name, Duration exitLimit) {
        if (!exitLimit.isPositive()) {
            return;
        }
        try (var end = docker.streamingClient()
                .waitContainerCmd(name)
                .exec(new StreamedReply<WaitResponse>("the end of a container", code -> {}))) {
            end.awaitEnd(exitLimit);
        } catch (EngineFault e) {
            log.debug("container did not exit by itself container={} error={}", name, e.getMessage());
        }
    }

    /** Init did not start: it is missing in its volume, or damaged. */
    private static final class InitMissing extends EngineFault {
        private static final long serialVersionUID = 1;

        InitMissing(String detail, Exception cause) {
            super(detail, cause);
        }
    }
}
