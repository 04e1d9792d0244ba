package dev.faas.spawner;

import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import dev.faas.spawner.Outcome.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Docker knows of a container that has ended; empty when it could not be asked, which takes nothing from the
 * outcome but what only Docker knows.
 */
record PostMortem(Optional<ContainerState> state) {

    private static final Logger log = LoggerFactory.getLogger(PostMortem.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** The kernel's report of an out-of-memory kill reaches dockerd on another path than the exit, a little later. */
    private static final Duration REPORT_STEP = Duration.ofMillis(25);

    private static final int REPORT_STEPS = 8;

    /** @param killed by a SIGKILL that is not ours: then it is worth waiting for the kernel's report */
    static PostMortem of(DockerCalls docker, String container, boolean killed) {
        try {
            var state = inspect(docker, container);
            for (int i = 0; killed && !outOfMemory(state) && i < REPORT_STEPS; i++) {
                Thread.sleep(REPORT_STEP);
                state = inspect(docker, container);
            }
            return new PostMortem(Optional.of(state));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (EngineFault e) {
            log.warn("container {} could not be inspected after its end: {}", container, e.getMessage());
        }
        return new PostMortem(Optional.empty());
    }

    boolean outOfMemory() {
        return state.filter(PostMortem::outOfMemory).isPresent();
    }

    Usage usage(RunWatch watch) {
        int oomKills = outOfMemory() ? 1 : 0;
        return state.map(s -> Duration.between(Instant.parse(s.getStartedAt()), Instant.parse(s.getFinishedAt())))
                .filter(watch::plausible)
                .map(measured -> watch.usage(measured, oomKills))
                .orElseGet(() -> watch.usage(oomKills));
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
