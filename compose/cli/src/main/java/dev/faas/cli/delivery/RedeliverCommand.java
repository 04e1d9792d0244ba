package dev.faas.cli.delivery;

import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.destination.DeliveryPrinter;
import dev.faas.cli.http.Request;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Sends events again. */
@Command(
        name = "redeliver",
        description = {
            "Send events again, also those that have arrived.",
            "The receiver sees the same webhook-id. The attempts begin again at the first one."
        },
        footer = {
            "",
            "Examples:",
            "  faas delivery redeliver dlv_06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas delivery list --state failed -o name | xargs faas delivery redeliver",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are sent."
        })
final class RedeliverCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "DELIVERY", description = "The deliveries, by id.")
    private List<String> ids = List.of();

    @Override
    protected int run(Session session) {
        var api = session.api();
        return EachOf.change(session, ids, id -> {
            var delivery = api.document(Request.of("POST", DeliveryCommand.path(id) + "/redeliver"));
            if (session.output().isForPrograms()) {
                DeliveryPrinter.document(session, delivery);
            } else {
                session.output().note("%s is being sent again. See: faas delivery get %s".formatted(id, id));
            }
        });
    }
}
