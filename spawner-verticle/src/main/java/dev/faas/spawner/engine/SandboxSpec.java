package dev.faas.spawner.engine;

import dev.faas.wire.Capacity;
import dev.faas.wire.FunctionSpec.Mode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Specifies what to run and its limits; the same for all activations of a function revision.
 *
 * @param revision label of the container, e.g. {@code fn_…@3}
 * @param readOnlyRoot nothing but tmpfs can be written
 * @param mode what of a container an activation shares with earlier ones; the root is read-only if it is {@code REUSED}
 */
public record SandboxSpec(
        String revision, Program program, Limits limits, Network network, boolean readOnlyRoot, Mode mode) {

    /**
     * @param entrypoint null: the image's own; empty: none
     * @param command null: nothing after an entrypoint, else the image's own
     * @param env added to the image's
     * @param takesArgument whether the argument of a run is the last element of its command line; if not, it is dropped
     * @param secretFiles whether runs get secrets as files
     * @param byAdmin an admin has written the function, so other images are allowed
     */
    public record Program(
            String image,
            @Nullable List<String> entrypoint,
            @Nullable List<String> command,
            Map<String, String> env,
            boolean takesArgument,
            boolean secretFiles,
            boolean byAdmin) {
        /** Takes the argument, and no secrets. */
        public Program(
                String image,
                @Nullable List<String> entrypoint,
                @Nullable List<String> command,
                Map<String, String> env) {
            this(image, entrypoint, command, env, true, false, false);
        }

        public Program {
            entrypoint = entrypoint == null ? null : List.copyOf(entrypoint);
            command = command == null ? null : List.copyOf(command);
            env = Map.copyOf(env);
        }
    }

    /**
     * @param memoryMb hard limit of memory, without swap; tmpfs ({@code /tmp} and others) counts and gets at most half
     * @param cpus processors' worth of time
     * @param pids most processes and threads at once
     */
    public record Limits(int memoryMb, double cpus, int pids) {
        public Limits {
            if (memoryMb < 1 || !(cpus > 0) || pids < 1) { // to Docker 0 means "without a limit"
                throw new IllegalArgumentException(
                        "memoryMb, cpus and pids must be positive: %d, %s, %d".formatted(memoryMb, cpus, pids));
            }
        }

        public Capacity capacity() {
            return new Capacity(memoryMb, pids);
        }
    }

    public enum Network {
        NONE,
        OUTBOUND
    }

    public SandboxSpec {
        readOnlyRoot |= mode == Mode.REUSED;
    }

    public SandboxSpec withReadOnlyRoot() {
        return new SandboxSpec(revision, program, limits, network, true, mode);
    }

    public SandboxSpec withMode(Mode other) {
        return new SandboxSpec(revision, program, limits, network, readOnlyRoot, other);
    }
}
