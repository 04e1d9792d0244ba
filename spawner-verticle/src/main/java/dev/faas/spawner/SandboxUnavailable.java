package dev.faas.spawner;

import org.jspecify.annotations.Nullable;

/** A sandbox cannot be had. The message is for the function's owner and says what to do. */
abstract sealed class SandboxUnavailable extends Exception {

    private SandboxUnavailable(String detail, @Nullable Throwable cause) {
        super(detail, cause);
    }

    /** The registry has no such image, or does not let us see it. Trying again changes nothing. */
    static final class ImageNotFound extends SandboxUnavailable {
        ImageNotFound(String detail) {
            super(detail, null);
        }
    }

    /** The registry could not be reached, or took too long. */
    static final class ImagePullFailed extends SandboxUnavailable {
        ImagePullFailed(String detail, @Nullable Throwable cause) {
            super(detail, cause);
        }
    }

    /** The engine could not do its part: the platform's fault. */
    static final class BootFailed extends SandboxUnavailable {
        BootFailed(String detail, @Nullable Throwable cause) {
            super(detail, cause);
        }
    }

    /** It cannot be started as the function and its image have it: no command, no such user … The owner's mistake. */
    static final class NotStartable extends SandboxUnavailable {
        NotStartable(String detail, @Nullable Throwable cause) {
            super(detail, cause);
        }
    }

    /** The function's memory is not enough to start anything at all. */
    static final class MemoryTooLow extends SandboxUnavailable {
        MemoryTooLow(String detail) {
            super(detail, null);
        }
    }
}
