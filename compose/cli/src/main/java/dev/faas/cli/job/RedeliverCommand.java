package dev.faas.cli.job;

import dev.faas.cli.Session;
import dev.faas.cli.delivery.DeliveryFlags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Sends many events again. */
@Command(
        name = "redeliver",
        description = {
            "Send the events of all deliveries that a filter selects again.",
            "The receiver sees the same webhook-id. The attempts begin again at the first one."
        },
        footer = {
            "",
            "Examples:",
            "  faas job redeliver --destination erp --state failed",
            "  faas job redeliver --since 1h --dry-run",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 no such destination, 5 unavailable, 6 refused."
        })
final class RedeliverCommand extends JobVerb {
    @Mixin
    private final DeliveryFlags flags = new DeliveryFlags();

    @Override
    protected int run(Session session) {
        return makeOf(session, "redeliver", flags.filter(session.api()));
    }
}
