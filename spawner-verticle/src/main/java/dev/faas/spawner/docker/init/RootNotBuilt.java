package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.EngineFault;

/** Init could not build the root of a nested run: the Docker host does not allow it, or the image has no such user. */
public final class RootNotBuilt extends EngineFault {
    private static final long serialVersionUID = 1;

    private RootNotBuilt(String detail) {
        super(detail, null);
    }

    /** @param step as in {@code enum step} of {@code protocol.h} */
    static RootNotBuilt of(int step, int errno) {
        return new RootNotBuilt("%s: %s".formatted(describe(step), Errno.text(errno)));
    }

    private static String describe(int step) {
        return switch (step) {
            case 1 -> "the user of the image was not found";
            case 2 -> "new namespaces";
            case 3 -> "a tmpfs";
            case 4 -> "an overlay on the container's root";
            case 5 -> "the mounts below the root";
            case 6 -> "the change of the root";
            case 7 -> "the rights of the command";
            case 8 -> "the filter of system calls";
            default -> "step " + step;
        };
    }
}
