package dev.faas.cli.destination;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Sends a test event. */
@Command(
        name = "test",
        description = {
            "Send the event webhook.test to a destination, and print its delivery.",
            "Once, whatever the state of the destination is."
        },
        footer = {
            "",
            "Examples:",
            "  faas destination test erp",
            "  faas destination test erp -o json",
            "",
            "Exit codes: 0 the receiver answered 2xx, 1 it did not, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class TestCommand extends Verb {
    @Parameters(paramLabel = "DESTINATION", description = "The destination, by name or id.")
    private String name = "";

    @Override
    protected int run(Session session) {
        var delivery = new Destinations(session.api()).test(name);
        DeliveryPrinter.document(session, delivery);
        return delivery.text("state").equals("succeeded") ? Exit.OK : Exit.UNHAPPY;
    }
}
