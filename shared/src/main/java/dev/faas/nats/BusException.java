package dev.faas.nats;

import java.util.concurrent.CompletionException;

/** Reports that NATS did not do what was asked. Has no stack trace: an outage causes thousands of these. */
public abstract sealed class BusException extends RuntimeException {
    private BusException(String message, Throwable cause) {
        super(message, cause, false, false);
    }

    /** The failure of a stage: {@code CompletableFuture} wraps it for each dependent stage. */
    public static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Another write came first, and nothing was stored; unless that write was ours, and its answer was lost. */
    public static final class CompareAndSetRefused extends BusException {
        CompareAndSetRefused(String subject) {
            super("another write of " + subject + " came first", null);
        }
    }

    /** No answer in time: the message may or may not be stored. */
    public static final class OutcomeUnknown extends BusException {
        OutcomeUnknown(String what, Throwable cause) {
            super("no answer in time: " + what, cause);
        }
    }

    /** Nothing was stored or read: NATS, or the stream, cannot be reached. */
    public static final class BusUnavailable extends BusException {
        BusUnavailable(String what, Throwable cause) {
            super("NATS is unavailable: " + what, cause);
        }
    }

    /** Nothing was stored: the stream has reached its size limit. */
    public static final class StreamFull extends BusException {
        StreamFull(String stream) {
            super("the stream is full: " + stream, null);
        }
    }
}
