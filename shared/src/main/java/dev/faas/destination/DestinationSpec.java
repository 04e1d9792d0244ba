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
 * @param function that is called; null: it is a webhook
 */
public record DestinationSpec(
        String name,
        String url,
        Selection selection,
        int timeoutSeconds,
        int maxInFlight,
        @Nullable FunctionTarget function)
        implements Versioned {
    public static final int DEFAULT_TIMEOUT = 15;
    public static final int DEFAULT_IN_FLIGHT = 10;
    public static final String WEBHOOK = "webhook";
    public static final String FUNCTION = "function";
    /** Event that a user asks for to see whether requests arrive. */
    public static final String TEST = "webhook.test";
    /** An activation of the schedule failed, and its {@code pauseOnFailure} has paused it. */
    public static final String SCHEDULE_PAUSED = "schedule.paused";
    /** No item of a batch is alive any more. */
    public static final String BATCH_ENDED = "batch.ended";
    /** Ticks of a schedule that did not run. */
    public static final String SCHEDULE_MISSED = "schedule.missed";
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

    /** Of callbacks to any path of an origin: their deliveries name the URLs. */
    public static DestinationSpec ofOrigin(String origin) {
        var none = new Selection(List.of(), List.of(), Map.of());
        return new DestinationSpec(origin, origin, none, DEFAULT_TIMEOUT, DEFAULT_IN_FLIGHT, null);
    }

    public String kind() {
        return function == null ? WEBHOOK : FUNCTION;
    }

    public DestinationSpec withUrl(String other) {
        return new DestinationSpec(name, other, selection, timeoutSeconds, maxInFlight, function);
    }

    public DestinationSpec with(FunctionTarget target) {
        return new DestinationSpec(name, url, selection, timeoutSeconds, maxInFlight, target);
    }

    /** Of an activation that has ended. */
    public static String eventType(String status) {
        return "activation." + status;
    }
}
