package dev.faas.cli.delivery;

import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.destination.DeliveryPrinter;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.ListLimit;
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
    @Mixin
    private final DeliveryFlags flags = new DeliveryFlags();

    @Mixin
    private final ListLimit limit = new ListLimit();

    @Option(names = "--all", description = "All of the last 7 days.")
    private boolean all;

    @Override
    protected int run(Session session) {
        int most = limit.orAll(all);
        var query = flags.filter(session.api()).fields().entrySet().stream()
                .map(field -> field.getKey() + "=" + Request.encode(String.valueOf(field.getValue())));
        return session.list(
                Request.withQuery(DeliveryCommand.ALL, query),
                most,
                DeliveryPrinter.COLUMNS,
                DeliveryPrinter.ID,
                "No deliveries.");
    }
}
