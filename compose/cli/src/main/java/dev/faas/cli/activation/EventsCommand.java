package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Event;
import dev.faas.cli.http.EventReader;
import dev.faas.cli.output.Column;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the events of an activation as they happen. */
@Command(
        name = "events",
        description = {"Print the events of an activation, as lines of JSON.", "Ends when the activation has ended."},
        footer = {
            "",
            "Examples:",
            "  faas act events 06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas act events 06b7gd98g07rk4q3v8x2m5n9ta --after 4711",
            "",
            "Exit codes: 0 it has ended, 2 usage, 3 not logged in, 4 not found,",
            "5 unavailable, 130 interrupted."
        })
final class EventsCommand extends Verb {
    private static final List<Column> COLUMNS = List.of(Column.text("EVENT", Doc::compact));

    @Parameters(paramLabel = "ID", description = "The activation.")
    private String id = "";

    @Option(names = "--after", paramLabel = "N", description = "Only the events after the one with this id.")
    private String after = "";

    @Override
    protected int run(Session session) throws InterruptedException {
        var trouble = new AtomicReference<>("");
        try (var progress = session.output().progress(trouble::get)) {
            Objects.requireNonNull(progress);
            new EventReader(session.api(), id, after, trouble::set).read(event -> print(session, event));
        }
        return Exit.OK;
    }

    private static void print(Session session, Event event) {
        var doc = Doc.empty()
                .with("id", event.id().isEmpty() ? null : event.id())
                .with("event", event.type())
                .with("data", data(event));
        print(session, doc);
    }

    static void print(Session session, Doc doc) {
        if (session.output().isForPrograms()) {
            session.output().list(List.of(doc), COLUMNS, each -> each.text("id"), "");
        } else {
            session.output().line(Doc.compact(doc));
        }
    }

    private static Object data(Event event) {
        try {
            return Objects.requireNonNullElse(Doc.parseAny(event.data()), event.data());
        } catch (IOException e) {
            return event.data();
        }
    }
}
