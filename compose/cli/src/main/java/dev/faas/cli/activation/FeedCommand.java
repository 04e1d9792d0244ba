package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Event;
import dev.faas.cli.http.EventReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints what happens to all activations, and other events, as they happen. */
@Command(
        name = "events",
        description = {
            "Print what happens to your activations, and other events, as lines of JSON.",
            "It goes on until it is interrupted. Each line has an id, after which another call continues within 24 hours."
        },
        footer = {
            "",
            "Examples:",
            "  faas events --types activation.failed,batch.ended",
            "  faas events --function resize --after 4711",
            "",
            "Exit codes: 2 usage, 3 not logged in, 5 unavailable, 6 refused (what follows --after is not kept any more), 130 interrupted."
        })
public final class FeedCommand extends Verb {
    @Option(
            names = "--types",
            split = ",",
            paramLabel = "TYPE,…",
            description = "Only events of these types, such as activation.failed or schedule.paused.")
    private List<String> types = new ArrayList<>();

    @Option(names = "--function", paramLabel = "FUNCTION", description = "Only those about this function.")
    private @Nullable String function;

    @Option(
            names = "--status",
            split = ",",
            paramLabel = "STATUS,…",
            description = "Only activations that have come to these states: ${COMPLETION-CANDIDATES}.")
    private List<Status> status = new ArrayList<>();

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "Only those with this tag; may be repeated.")
    private List<String> tags = new ArrayList<>();

    @Option(names = "--batch", paramLabel = "ID", description = "Only those of this batch.")
    private @Nullable String batch;

    @Option(names = "--trigger", paramLabel = "ID", description = "Only those of this schedule or hook, by its id.")
    private @Nullable String trigger;

    @Option(
            names = "--after",
            paramLabel = "N",
            description = "Begin after the event with this id; 0: with the oldest.")
    private String after = "";

    @Override
    protected int run(Session session) throws InterruptedException {
        var query = new ActivationQuery();
        if (!types.isEmpty()) {
            query.with("types", String.join(",", types));
        }
        query.in(status.toArray(Status[]::new));
        tags.forEach(tag -> query.with("tag", ActivationFlags.withColon(tag)));
        with(query, "function", function);
        with(query, "batch", batch);
        with(query, "trigger", trigger);
        var trouble = new AtomicReference<>("");
        try (var progress = session.output().progress(trouble::get)) {
            Objects.requireNonNull(progress);
            new EventReader(
                            session.api(),
                            query.of("/v1/events"),
                            after,
                            last -> "Continue: faas events" + (last.isEmpty() ? "" : " --after " + last),
                            trouble::set)
                    .read(event -> print(session, event));
        }
        throw new IllegalStateException("a feed has no end");
    }

    private static void with(ActivationQuery query, String name, @Nullable String value) {
        if (value != null) {
            query.with(name, value);
        }
    }

    private static void print(Session session, Event event) {
        var doc = Doc.empty().with("id", event.id());
        try {
            doc.fields().putAll(Doc.parse(event.data()).fields());
        } catch (IOException e) {
            throw new UncheckedIOException("event " + event.id() + " is no JSON", e);
        }
        EventsCommand.print(session, doc);
    }
}
