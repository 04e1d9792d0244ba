package dev.faas.spawner.docker;

import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.MemoryTooLow;
import dev.faas.spawner.engine.Termination;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out why a run has no trailer: asks Docker whether the container ended, and whether for its memory. */
final class ExitCause {

    private static final Logger log = LoggerFactory.getLogger(ExitCause.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** Docker learns of an out-of-memory kill a little later than of the exit. */
    private static final Duration REPORT_STEP = Duration.ofMillis(25);

    private static final int REPORT_STEPS = 8;

    private static final String SANDBOX_LOST =
            "Its container ended during the run, and not for lack of memory: the Docker host ended it, or the command did.";

    private ExitCause() {}

    /** @param fault the detail if the container runs, or Docker does not answer */
    static Termination ofRun(DockerCalls docker, String container, String fault) {
        var state = stateAfterEnd(docker, container);
        if (state.filter(ExitCause::isOutOfMemory).isPresent()) {
            return new Termination.OutOfMemory();
        }
        return state.filter(last -> !Boolean.TRUE.equals(last.getRunning())).isPresent()
                ? new Termination.SandboxLost(SANDBOX_LOST)
                : new Termination.Lost(fault);
    }

    /** For a container that never sent READY. */
    static SandboxUnavailable ofBoot(DockerCalls docker, String container, Throwable fault) {
        return stateAfterEnd(docker, container).filter(ExitCause::isOutOfMemory).isPresent()
                ? new MemoryTooLow("the memory is not enough to start a container: raise limits.memoryMb")
                : new BootFailed("the sandbox ended before it was ready: " + fault.getMessage(), fault);
    }

    /** Empty if Docker does not answer, or has removed the container. */
    private static Optional<ContainerState> stateAfterEnd(DockerCalls docker, String container) {
        try {
            var state = inspect(docker, container);
            for (int i = 0; !isOutOfMemory(state) && i < REPORT_STEPS; i++) {
                Thread.sleep(REPORT_STEP);
                state = inspect(docker, container);
            }
            return Optional.of(state);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (EngineFault e) {
            log.warn("inspect of ended container failed container={} error={}", container, e.getMessage());
        }
        return Optional.empty();
    }

    private static ContainerState inspect(DockerCalls docker, String container) throws EngineFault {
        return docker.call(
                        LIMIT, "inspect", d -> d.inspectContainerCmd(container).exec())
                .getState();
    }

    private static boolean isOutOfMemory(ContainerState state) {
        return Boolean.TRUE.equals(state.getOOMKilled());
    }
}
