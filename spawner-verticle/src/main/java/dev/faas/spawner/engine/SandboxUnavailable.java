package dev.faas.spawner.engine;

import org.jspecify.annotations.Nullable;

/** A sandbox cannot be had. The message is for the function's owner and says what to do. */
public abstract sealed class SandboxUnavailable extends Exception {

    private SandboxUnavailable(String detail, @Nullable Throwable cause) {
        super(detail, cause);
    }

    /** The registry has no such image, or does not let us see it. Trying again changes nothing. */
    public static final class ImageNotFound extends SandboxUnavailable {
        public ImageNotFound(String detail) {
            super(detail, null);
        }
    }

    /** The registry could not be reached, took too long, or sent what cannot be used. */
    public static final class ImagePullFailed extends SandboxUnavailable {
        public ImagePullFailed(String detail, @Nullable Throwable cause) {
            super(detail, cause);
        }
    }

    /** The engine could not do its part: the platform's fault. */
    public static final class BootFailed extends SandboxUnavailable {
        public BootFailed(String detail, @Nullable Throwable cause) {
            super(detail, cause);
        }
    }

    /** It cannot be started as the function and its image have it: no command, no such user … The owner's mistake. */
    public static final class NotStartable extends SandboxUnavailable {
        public NotStartable(String detail, @Nullable Throwable cause) {
            super(detail, cause);
        }
    }

    /** The function's memory is not enough to start anything at all. */
    public static final class MemoryTooLow extends SandboxUnavailable {
        public MemoryTooLow(String detail) {
            super(detail, null);
        }
    }
}
