package dev.faas.cli.destination;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.definition.TitledLines;
import dev.faas.cli.output.Column;
import java.util.List;

/** How deliveries look. */
public final class DeliveryPrinter {
    public static final String ID = "deliveryId";

    public static final List<Column> COLUMNS = List.of(
            Column.whole("DELIVERY", ID),
            Column.text("TYPE", "type"),
            Column.text("STATE", "state"),
            Column.text("ATTEMPTS", "attempt"),
            Column.end("NEXT", "nextAttemptAt"),
            Column.text("WAITS FOR", "waits"),
            Column.whole("ACTIVATION", "activationId"),
            Column.time("CREATED", "createdAt"));

    private DeliveryPrinter() {}

    public static void document(Session session, Doc delivery) {
        session.output().document(delivery, doc -> doc.text(ID), () -> lines(delivery));
    }

    private static List<String> lines(Doc delivery) {
        var lines = new TitledLines()
                .add("delivery", delivery.text(ID))
                .add("event", delivery.text("eventId"))
                .add("type", delivery.text("type"))
                .add("destination", delivery.text("destination"))
                .field("activation", delivery, "activationId")
                .field("called", delivery, "submittedActivationId")
                .add("state", delivery.text("state"))
                .field("reason", delivery, "reason")
                .field("next", delivery, "nextAttemptAt")
                .field("waits for", delivery, "waits");
        delivery.docs("attempts").forEach(attempt -> lines.add("attempt", sentence(attempt)));
        return lines.all();
    }

    private static String sentence(Doc attempt) {
        return "%s %s (%s ms) %s"
                .formatted(
                        attempt.text("at"),
                        attempt.find("status").orElseGet(() -> attempt.text("error")),
                        attempt.text("durationMs"),
                        attempt.text("response").lines().findFirst().orElse(""))
                .strip();
    }
}
