package dev.faas.destination;

import dev.faas.wire.Versioned;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where events go, and which. Its secrets are apart, in {@link DestinationSecrets}.
 *
 * @param url of a webhook; else empty
 * @param maxInFlight requests at once, of one dispatcher
 * @param function that is called; null: none is
 * @param subject on which events are published; null: on none
 */
public record DestinationSpec(
        String name,
        String url,
        Selection selection,
        int timeoutSeconds,
        int maxInFlight,
        @Nullable FunctionTarget function,
        @Nullable SubjectTarget subject)
        implements Versioned {
    public static final int DEFAULT_TIMEOUT = 15;
    public static final int DEFAULT_IN_FLIGHT = 10;
    public static final String WEBHOOK = "webhook";
    public static final String FUNCTION = "function";
    public static final String SUBJECT = "subject";
    /** Event that a user asks for to see whether requests arrive. */
    public static final String TEST = "webhook.test";
    /** An activation of the schedule failed, and its {@code pauseOnFailure} has paused it. */
    public static final String SCHEDULE_PAUSED = "schedule.paused";
    /** No item of a batch is alive any more. */
    public static final String BATCH_ENDED = "batch.ended";
    /** Ticks of a schedule that did not run. */
    public static final String SCHEDULE_MISSED = "schedule.missed";
    /** A source cannot submit its messages. */
    public static final String SOURCE_FAILING = "source.failing";
    /** The platform sends nothing to a destination any more. */
    public static final String DESTINATION_DISABLED = "destination.disabled";

    /**
     * Selects events.
     *
     * @param events types, such as {@code activation.failed} or {@code schedule.paused}
     * @param functions by name or id; empty: all
     * @param tags all of which an activation must have
     */
    public record Selection(List<String> events, List<String> functions, Map<String, String> tags) {
        public Selection {
            events = List.copyOf(events);
            functions = List.copyOf(functions);
            tags = Map.copyOf(tags);
        }
    }

    /**
     * A function of the owner that is called with each event.
     *
     * @param revision null: the current one
     * @param passesResult its argument is the result of the activation that has ended, else the event
     * @param allowLoop calls may come around in a circle; each chain ends by its length
     */
    public record FunctionTarget(
            String id, String name, @Nullable Integer revision, boolean passesResult, boolean allowLoop) {}

    /**
     * A subject of the owner's own.
     *
     * @param isBinary the event has its attributes in headers, else it is the body
     */
    public record SubjectTarget(String name, boolean isBinary) {}

    /** Of callbacks to any path of an origin: their deliveries name the URLs. */
    public static DestinationSpec ofOrigin(String origin) {
        var none = new Selection(List.of(), List.of(), Map.of());
        return new DestinationSpec(origin, origin, none, DEFAULT_TIMEOUT, DEFAULT_IN_FLIGHT, null, null);
    }

    public String kind() {
        return function != null ? FUNCTION : subject != null ? SUBJECT : WEBHOOK;
    }

    public boolean sendsRequests() {
        return kind().equals(WEBHOOK);
    }

    public DestinationSpec withUrl(String other) {
        return new DestinationSpec(name, other, selection, timeoutSeconds, maxInFlight, function, subject);
    }

    public DestinationSpec with(FunctionTarget target) {
        return new DestinationSpec(name, url, selection, timeoutSeconds, maxInFlight, target, null);
    }

    /** Of an activation that has ended. */
    public static String eventType(String status) {
        return "activation." + status;
    }
}
