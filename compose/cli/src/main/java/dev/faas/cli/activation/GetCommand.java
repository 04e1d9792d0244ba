package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.output.Durations;
import dev.faas.cli.run.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows one activation. */
@Command(
        name = "get",
        aliases = "show",
        description = "Show an activation, with the time it spent in each phase.",
        footer = {
            "",
            "Examples:",
            "  faas act get 06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas act get 06b7gd98g07rk4q3v8x2m5n9ta --json status,exitCode",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable."
        })
final class GetCommand extends Verb {
    private static final int LABEL = 11;

    @Parameters(paramLabel = "ID", description = "The activation.")
    private String id = "";

    @Override
    protected int run(Session session) {
        var record = session.api().get(ActivationPath.of(id));
        session.output()
                .document(
                        record,
                        doc -> doc.text("activationId"),
                        () -> lines(
                                record,
                                session.terminal().columns(),
                                session.terminal().utf8()));
        return Exit.OK;
    }

    static List<String> lines(Doc record, int width, boolean utf8) {
        var lines = new ArrayList<String>();
        var outcome = new Outcome(record);
        lines.add(outcome.hasEnded() ? outcome.sentence() : outcome.id() + " " + record.text("status"));
        if (!outcome.hasEnded()) {
            add(lines, "Because", record.text("detail"));
        }
        add(lines, "Function", function(record));
        add(lines, "Image", record.text("image"));
        add(lines, "Mode", record.text("mode"));
        add(lines, "Mode note", record.text("modeFallback"));
        add(lines, "Submitted", time(record, "submittedAt"));
        add(lines, "Not before", time(record, "notBefore"));
        add(lines, "Started", time(record, "startedAt"));
        add(lines, "Finished", time(record, "finishedAt"));
        if (!record.text("nextAttemptAt").equals(record.text("notBefore"))) {
            add(lines, "Next try", time(record, "nextAttemptAt"));
        }
        add(lines, "Spawner", record.text("spawner"));
        add(lines, "Usage", usage(record));
        add(lines, "Result", size(record, "result"));
        add(lines, "Log", size(record, "log"));
        add(
                lines,
                "Tags",
                record.doc("tags").fields().entrySet().stream()
                        .map(tag -> tag.getKey() + "=" + tag.getValue())
                        .collect(Collectors.joining(" ")));
        lines.add("");
        lines.addAll(Timeline.of(record).draw(width, utf8));
        return lines;
    }

    private static void add(List<String> lines, String label, String value) {
        if (!value.isEmpty()) {
            lines.add(label + " ".repeat(LABEL - label.length()) + value);
        }
    }

    private static String function(Doc record) {
        var function = record.doc("function");
        return function.text("name") + "@" + function.text("revision");
    }

    private static String time(Doc record, String field) {
        Optional<Instant> time = record.time(field);
        return time.map(t -> t.isAfter(Instant.now())
                        ? record.text(field)
                        : record.text(field) + " (" + Durations.ago(t, Instant.now()) + ")")
                .orElse("");
    }

    private static String usage(Doc record) {
        var parts = new ArrayList<String>();
        record.findNumber("cpuMs").ifPresent(cpu -> parts.add(Durations.render(cpu) + " processor time"));
        record.findNumber("peakMemoryKb").ifPresent(memory -> parts.add("%.1f MB memory".formatted(memory / 1_000.0)));
        record.findNumber("oomKills").filter(kills -> kills > 0).ifPresent(kills -> parts.add(kills + " OOM kills"));
        return String.join(", ", parts);
    }

    private static String size(Doc record, String name) {
        return record.findNumber(name + "Bytes")
                .map(bytes -> bytes + " bytes" + (record.isTrue(name + "Truncated") ? ", cut at the limit" : ""))
                .orElse("");
    }
}
