package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.EngineFault;
import java.util.Set;

/** Init could not build the root of a nested run. */
public final class RootNotBuilt extends EngineFault {
    private static final long serialVersionUID = 1;

    /** How the kernel, the storage driver or a security module refuses. */
    private static final Set<Integer> REFUSALS =
            Set.of(Errno.EPERM, Errno.EACCES, Errno.EINVAL, Errno.ENODEV, Errno.ENOSYS, Errno.ENOTSUP);

    private static final int USER = 1;
    private static final int MOUNTS = 5;

    /** What refuses. */
    public enum Cause {
        /** The host: every boot of this image with the same kind of root will fail. */
        HOST,
        /** The image: it has no such user, or more volumes than init renews. */
        IMAGE,
        /** Perhaps nothing: the host was busy, or memory too small. Another boot may work. */
        UNKNOWN
    }

    private final Cause cause;

    private RootNotBuilt(String detail, Cause cause) {
        super(detail, null);
        this.cause = cause;
    }

    /** @param step as in {@code enum step} of {@code protocol.h} */
    static RootNotBuilt of(int step, int errno) {
        return new RootNotBuilt("%s: %s".formatted(describe(step), Errno.text(errno)), cause(step, errno));
    }

    public Cause cause() {
        return cause;
    }

    private static Cause cause(int step, int errno) {
        if (step == USER || (step == MOUNTS && errno == Errno.ENOSPC)) {
            return Cause.IMAGE;
        }
        return REFUSALS.contains(errno) ? Cause.HOST : Cause.UNKNOWN;
    }

    private static String describe(int step) {
        return switch (step) {
            case USER -> "the user of the image was not found";
            case 2 -> "new namespaces";
            case 3 -> "a tmpfs";
            case 4 -> "an overlay on the container's root";
            case MOUNTS -> "the mounts below the root";
            case 6 -> "the change of the root";
            case 7 -> "the rights of the command";
            case 8 -> "the filter of system calls";
            default -> "step " + step;
        };
    }
}
