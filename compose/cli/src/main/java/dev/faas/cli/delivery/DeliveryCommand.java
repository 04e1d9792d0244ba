package dev.faas.cli.delivery;

import dev.faas.cli.VerbGroup;
import dev.faas.cli.http.Request;
import picocli.CommandLine.Command;

/** Lists deliveries, and sends events again. */
@Command(
        name = "delivery",
        description = {
            "See what became of events for destinations, and send them again.",
            "A delivery is one event for one destination, with its attempts."
        },
        subcommands = {ListCommand.class, GetCommand.class, RedeliverCommand.class},
        footer = {
            "",
            "Examples:",
            "  faas delivery list --state failed",
            "  faas delivery get dlv_06b7gd98g07rk4q3v8x2m5n9ta",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class DeliveryCommand extends VerbGroup {
    static final String ALL = "/v1/deliveries";

    static String path(String id) {
        return ALL + "/" + Request.part(id);
    }
}
