package dev.faas.spawner.engine;

import org.jspecify.annotations.Nullable;

/** Reports why there is no sandbox. The message is for the function's owner and says what to do. */
public abstract sealed class SandboxUnavailable extends Exception {

    private SandboxUnavailable(String detail, @Nullable Throwable cause) {
        super(detail, cause);
    }

    /** The registry has no such image, or denies access. A retry does not help. */
    public static final class ImageNotFound extends SandboxUnavailable {
        public ImageNotFound(String detail) {
            super(detail, null);
        }
    }

    /** The registry could not be reached, took too long, or sent invalid data. */
    public static final class ImagePullFailed extends SandboxUnavailable {
        public ImagePullFailed(String detail, @Nullable Throwable cause) {
            super(detail, cause);
        }
    }

    /** The engine failed: a fault of the platform. */
    public static final class BootFailed extends SandboxUnavailable {
        public BootFailed(String detail, @Nullable Throwable cause) {
            super(detail, cause);
        }
    }

    /** This spawner may not use as much of its host as the container needs. Another may. */
    public static final class NoRoom extends SandboxUnavailable {
        public NoRoom(String detail) {
            super(detail, null);
        }
    }

    /** The function or its image is wrong: no command, no such user … The owner's mistake. */
    public static final class NotStartable extends SandboxUnavailable {
        public NotStartable(String detail, @Nullable Throwable cause) {
            super(detail, cause);
        }
    }

    /** The function's memory limit is too low to start a container. */
    public static final class MemoryTooLow extends SandboxUnavailable {
        public MemoryTooLow(String detail) {
            super(detail, null);
        }
    }
}
