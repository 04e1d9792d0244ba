package dev.faas.cli.delivery;

import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.destination.DeliveryPrinter;
import dev.faas.cli.destination.Destinations;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Durations;
import dev.faas.cli.output.ListLimit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists deliveries. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List deliveries of the last 7 days, newest first.",
        footer = {
            "",
            "Examples:",
            "  faas delivery list --destination erp --state failed",
            "  faas delivery list --since 1h --all -o name",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 no such destination, 5 unavailable."
        })
final class ListCommand extends Verb {
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

    @Mixin
    private final ListLimit limit = new ListLimit();

    @Option(names = "--all", description = "All of the last 7 days.")
    private boolean all;

    @Override
    protected int run(Session session) {
        int most = limit.orAll(all);
        var query = Stream.of(
                destination == null ? "" : "destination=" + new Destinations(session.api()).id(destination),
                activation == null ? "" : "activation=" + Request.encode(activation),
                state == null ? "" : "state=" + state,
                since == null ? "" : "since=" + Durations.parseTime("--since", since));
        return session.list(
                Request.withQuery(DeliveryCommand.ALL, query),
                most,
                DeliveryPrinter.COLUMNS,
                DeliveryPrinter.ID,
                "No deliveries.");
    }
}
