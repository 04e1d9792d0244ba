package dev.faas.nats;

import java.util.concurrent.CompletionException;

/** What the bus said instead of yes. Has no stack trace: it is an outcome, and these come by the thousand in an outage. */
public abstract sealed class BusException extends RuntimeException {
    private BusException(String message, Throwable cause) {
        super(message, cause, false, false);
    }

    /** What a stage failed with: the library of futures wraps a failure for each stage that depends on another. */
    public static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Another write came first: nothing of ours was stored, unless it was ours that came first and its answer got lost. */
    public static final class CompareAndSetRefused extends BusException {
        CompareAndSetRefused(String subject) {
            super("another write of " + subject + " came first", null);
        }
    }

    /** No answer in time: it may or may not have been stored. */
    public static final class OutcomeUnknown extends BusException {
        OutcomeUnknown(String what, Throwable cause) {
            super("no answer in time: " + what, cause);
        }
    }

    /** Nothing was stored or read: the bus, or what should answer on it, is away. */
    public static final class BusUnavailable extends BusException {
        BusUnavailable(String what, Throwable cause) {
            super("the bus is unavailable: " + what, cause);
        }
    }

    /** Nothing was stored: the stream is at its limit. */
    public static final class StreamFull extends BusException {
        StreamFull(String stream) {
            super("the stream is full: " + stream, null);
        }
    }
}
