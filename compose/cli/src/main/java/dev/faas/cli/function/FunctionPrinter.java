package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.definition.Field;
import dev.faas.cli.output.Column;
import java.util.ArrayList;
import java.util.List;

/** How functions and their differences look. */
final class FunctionPrinter {
    static final List<Column> COLUMNS = List.of(
            Column.whole("NAME", Field.NAME),
            Column.text("IMAGE", FunctionFields.IMAGE),
            Column.text("MODE", FunctionFields.MODE),
            Column.number("MEMORY", doc -> shown("limits.memoryMb", doc)),
            Column.number("TIMEOUT", doc -> shown("limits.timeoutSeconds", doc)),
            Column.number("REVISION", doc -> doc.text("revision")),
            Column.time("UPDATED", "updatedAt"));

    private FunctionPrinter() {}

    private static String shown(String path, Doc function) {
        return FunctionFields.TABLE
                .at(path)
                .map(field -> {
                    var value = field.read(function);
                    return value == null ? "" : field.type().show(value);
                })
                .orElse("");
    }

    /** After a change: a note for people, the document for programs. */
    static void written(Session session, Doc function, String verb) {
        if (session.output().isForPrograms()) {
            document(session, function);
        } else {
            session.output()
                    .note("%s %s, revision %d."
                            .formatted(verb, function.text(Field.NAME), function.number("revision")));
        }
    }

    static void document(Session session, Doc function) {
        session.output().document(function, doc -> doc.text(Field.NAME), () -> lines(function));
    }

    /** What differs from the defaults, in the words of the flags. */
    private static List<String> lines(Doc function) {
        var lines = new ArrayList<String>();
        var small = FunctionFields.TABLE.withoutDefaults(function);
        for (var field : FunctionFields.TABLE.all()) {
            var value = field.read(small);
            if (value != null) {
                lines.add(line(field.title(), field.type().show(value)));
            }
        }
        if (function.get("paused") != null) {
            lines.add(line("paused", paused(function.doc("paused"))));
        }
        lines.add(line("id", function.text("id")));
        lines.add(line("revision", function.text("revision")));
        function.find("imageDigest").ifPresent(digest -> lines.add(line("digest", digest)));
        lines.add(line("created", function.text("createdAt")));
        lines.add(line("updated", function.text("updatedAt")));
        return lines;
    }

    private static String paused(Doc pause) {
        var since = "since " + pause.text("since");
        var refuses = pause.text("submits").equals("refuse") ? since + ", refuses submits" : since;
        return pause.text("note").isEmpty() ? refuses : refuses + ": " + pause.text("note");
    }

    private static String line(String title, String value) {
        return "%-13s%s".formatted(title + ":", value);
    }
}
