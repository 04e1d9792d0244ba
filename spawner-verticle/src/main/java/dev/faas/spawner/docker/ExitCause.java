package dev.faas.spawner.docker;

import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.MemoryTooLow;
import dev.faas.spawner.engine.Termination;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why a container has ended without its init saying so: Docker is asked whether the kernel killed it for its memory. */
final class ExitCause {

    private static final Logger log = LoggerFactory.getLogger(ExitCause.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** The kernel's report of an out-of-memory kill reaches dockerd on another path than the exit, a little later. */
    private static final Duration REPORT_STEP = Duration.ofMillis(25);

    private static final int REPORT_STEPS = 8;

    private ExitCause() {}

    /** Of a run; {@code fault} is what is known otherwise. */
    static Termination ending(DockerCalls docker, String container, String fault) {
        return outOfMemory(docker, container) ? new Termination.OutOfMemory() : new Termination.Lost(fault);
    }

    /** Of a container that was never ready. */
    static SandboxUnavailable ofBoot(DockerCalls docker, String container, Throwable fault) {
        return outOfMemory(docker, container)
                ? new MemoryTooLow("there is not even memory to start it: raise limits.memoryMb")
                : new BootFailed("the sandbox ended before it was ready: " + fault.getMessage(), fault);
    }

    /** False as well when Docker cannot be asked. */
    private static boolean outOfMemory(DockerCalls docker, String container) {
        try {
            var state = inspect(docker, container);
            for (int i = 0; !outOfMemory(state) && i < REPORT_STEPS; i++) {
                Thread.sleep(REPORT_STEP);
                state = inspect(docker, container);
            }
            return outOfMemory(state);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (EngineFault e) {
            log.warn("container {} could not be inspected after its end: {}", container, e.getMessage());
        }
        return false;
    }

    private static ContainerState inspect(DockerCalls docker, String container) throws EngineFault {
        return docker.within(
                        LIMIT, "inspect", d -> d.inspectContainerCmd(container).exec())
                .getState();
    }

    private static boolean outOfMemory(ContainerState state) {
        return Boolean.TRUE.equals(state.getOOMKilled());
    }
}
