package dev.faas.cli.delivery;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.destination.DeliveryPrinter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a delivery. */
@Command(
        name = "get",
        aliases = "show",
        description = {"Print a delivery with its attempts and what the receiver answered.", "-o json prints all of it."
        },
        footer = {
            "",
            "Examples:",
            "  faas delivery get dlv_06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas delivery get dlv_06b7gd98g07rk4q3v8x2m5n9ta --json attempts",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
        })
final class GetCommand extends Verb {
    @Parameters(paramLabel = "DELIVERY", description = "The delivery, by its id.")
    private String id = "";

    @Override
    protected int run(Session session) {
        DeliveryPrinter.document(session, session.api().get(DeliveryCommand.path(id)));
        return Exit.OK;
    }
}
