package dev.faas.destination;

import dev.faas.wire.Versioned;
import java.util.List;
import java.util.Map;

/**
 * Where events go, and which. Its secrets are apart, in {@link DestinationSecrets}.
 *
 * @param maxInFlight requests at once, of one dispatcher
 */
public record DestinationSpec(String name, String url, Selection selection, int timeoutSeconds, int maxInFlight)
        implements Versioned {
    public static final String WEBHOOK = "webhook";
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

    /** Of an activation that has ended. */
    public static String eventType(String status) {
        return "activation." + status;
    }
}
