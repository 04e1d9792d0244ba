package dev.faas.cli.delivery;

import dev.faas.cli.Doc;
import dev.faas.cli.destination.Destinations;
import dev.faas.cli.http.Api;
import dev.faas.cli.output.Durations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that filter deliveries. All that are given must match. */
public final class DeliveryFlags {
    /** As the server names them. */
    enum State {
        pending,
        succeeded,
        failed,
        dropped
    }

    @Option(names = "--destination", paramLabel = "DESTINATION", description = "Only those to this one.")
    private @Nullable String destination;

    @Option(names = "--activation", paramLabel = "ID", description = "Only those of events of this activation.")
    private @Nullable String activation;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Only those in this state: ${COMPLETION-CANDIDATES}.")
    private @Nullable State state;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only those made since then: 1h (ago), 2026-01-31 or 2026-01-31T12:00:00Z.")
    private @Nullable String since;

    /** By the names of the API. */
    public Doc filter(Api api) {
        var filter = Doc.empty();
        if (destination != null) {
            filter.with("destination", new Destinations(api).id(destination));
        }
        if (activation != null) {
            filter.with("activation", activation);
        }
        if (state != null) {
            filter.with("state", state.name());
        }
        if (since != null) {
            filter.with("since", Durations.parseTime("--since", since).toString());
        }
        return filter;
    }
}
