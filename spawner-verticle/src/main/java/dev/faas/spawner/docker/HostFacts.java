package dev.faas.spawner.docker;

import com.github.dockerjava.api.model.Info;
import dev.faas.spawner.engine.EngineHost;
import dev.faas.wire.Capacity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a Docker host has. */
final class HostFacts {
    private static final Logger log = LoggerFactory.getLogger(HostFacts.class);
    private static final long MIB = 1 << 20;
    /** The kernel's own default; most systems allow more. */
    private static final long USUAL_PIDS = 32_768;

    private HostFacts() {}

    static EngineHost of(URI dockerHost, Info info) {
        long memory = Objects.requireNonNullElse(info.getMemTotal(), 0L);
        return new EngineHost(
                Objects.requireNonNullElse(info.getId(), dockerHost.toString()),
                new Capacity(
                        memory > 0 ? memory / MIB : Integer.MAX_VALUE,
                        dockerHost.getScheme().equals("unix") ? pids() : USUAL_PIDS));
    }

    /** A container has the same kernel as its host. */
    private static long pids() {
        return Math.min(number(Path.of("/proc/sys/kernel/pid_max")), number(Path.of("/proc/sys/kernel/threads-max")));
    }

    /** In one read, which readString does not do: the kernel answers a second one with the end of the file. */
    private static long number(Path file) {
        try (var reader = Files.newBufferedReader(file)) {
            return Long.parseLong(String.valueOf(reader.readLine()).trim());
        } catch (IOException | NumberFormatException e) {
            log.debug("kernel limit not readable file={}", file, e);
            return USUAL_PIDS;
        }
    }
}
