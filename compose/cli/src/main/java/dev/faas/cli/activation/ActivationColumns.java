package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Columns of lists of activations. */
public final class ActivationColumns {
    public static final List<Column> LIST = List.of(
            Column.whole("ID", "activationId"),
            Column.text("FUNCTION", item -> item.doc("function").text("name")),
            Column.whole("STATUS", "status"),
            new Column("AGE", item -> item.text("submittedAt"), ActivationColumns::age, false),
            duration("WAITED", "waitMs", ActivationColumns::waited),
            duration("RAN", "durationMs", ActivationColumns::ran),
            Column.text("REASON", "reason"));

    private ActivationColumns() {}

    private static String age(Doc item) {
        return item.time("submittedAt")
                .map(time -> Durations.ago(time, Instant.now()).replace(" ago", ""))
                .orElse("");
    }

    /** A pipe gets what the server measured; a terminal also what has gone by so far. */
    private static Column duration(String title, String field, Function<Doc, Optional<Long>> soFar) {
        return new Column(
                title,
                item -> item.text(field),
                item -> item.findNumber(field)
                        .or(() -> soFar.apply(item))
                        .map(Durations::render)
                        .orElse(""),
                true);
    }

    /** Milliseconds from the submit to the start, or to now. */
    static Optional<Long> waited(Doc item) {
        return item.findNumber("waitMs")
                .or(() -> item.text("status").equals("queued") ? since(item.time("submittedAt")) : Optional.empty());
    }

    /** Milliseconds that the command ran, or has been running. */
    static Optional<Long> ran(Doc item) {
        return item.findNumber("durationMs")
                .or(() -> item.text("status").equals("running") ? since(item.time("startedAt")) : Optional.empty());
    }

    private static Optional<Long> since(Optional<Instant> time) {
        // The clocks of this machine and the platform's may differ.
        return time.map(
                start -> Math.max(0, Duration.between(start, Instant.now()).toMillis()));
    }
}
