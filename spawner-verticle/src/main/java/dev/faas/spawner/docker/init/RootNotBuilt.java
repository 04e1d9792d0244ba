package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.EngineFault;
import java.util.Set;

/** Init could not build the root of a nested run. */
public final class RootNotBuilt extends EngineFault {
    private static final long serialVersionUID = 1;

    /** How the kernel, the storage driver or a security module refuses. */
    private static final Set<Integer> REFUSALS =
            Set.of(Errno.EPERM, Errno.EACCES, Errno.EINVAL, Errno.ENODEV, Errno.ENOSYS, Errno.ENOTSUP);

    /** What refuses. */
    public enum Cause {
        /** The host: every boot of this image with the same kind of root will fail. */
        HOST,
        /** The image: it has no such user, or more volumes than init mounts. */
        IMAGE,
        /** Perhaps nothing: the host was busy, or memory too small. Another boot may work. */
        UNKNOWN
    }

    /** In the order of {@code enum step} in {@code protocol.h}, whose first is 1. */
    private enum Step {
        USER("the user of the image was not found"),
        NAMESPACES("new namespaces"),
        SCRATCH("a tmpfs"),
        ROOT("an overlay on the container's root"),
        MOUNTS("the mounts below the root"),
        ENTER("the change of the root"),
        RIGHTS("the rights of the command"),
        FILTER("the filter of system calls");

        private final String text;

        Step(String text) {
            this.text = text;
        }

        Cause cause(int errno) {
            if (this == USER || (this == MOUNTS && errno == Errno.ENOSPC)) {
                return Cause.IMAGE;
            }
            return REFUSALS.contains(errno) ? Cause.HOST : Cause.UNKNOWN;
        }
    }

    private final Cause cause;

    private RootNotBuilt(String detail, Cause cause) {
        super(detail, null);
        this.cause = cause;
    }

    /** @throws EngineFault for a step that this version does not know */
    static RootNotBuilt of(int number, int errno) throws EngineFault {
        if (number > Step.values().length) {
            throw new EngineFault("READY names the unknown step " + number, null);
        }
        var step = Step.values()[number - 1];
        return new RootNotBuilt("%s: %s".formatted(step.text, Errno.text(errno)), step.cause(errno));
    }

    public Cause cause() {
        return cause;
    }
}
