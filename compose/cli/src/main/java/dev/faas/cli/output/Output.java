package dev.faas.cli.output;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import dev.faas.cli.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Prints documents in the form that the user chose: for people on a terminal, for programs in a pipe. */
public final class Output {
    /** Of {@code -o}. */
    public enum Form {
        table,
        json,
        jsonl,
        yaml,
        name
    }

    /** Of a table on a terminal, whose columns are as wide as the widest of all rows. */
    static final int MAX_ROWS = 10_000;

    private final Terminal terminal;
    private final Streams streams;
    private final Settings settings;

    /**
     * @param form null: a table, or tab-separated values in a pipe
     * @param fields of {@code --json}; null when it was not given; empty: list them
     */
    public record Settings(
            @Nullable Form form, @Nullable List<String> fields, boolean quiet, boolean raw, boolean noColour) {}

    public Output(Terminal terminal, Streams streams, Settings settings) {
        this.terminal = terminal;
        this.streams = streams;
        this.settings = settings;
    }

    public Streams streams() {
        return streams;
    }

    public Terminal terminal() {
        return terminal;
    }

    public boolean isRaw() {
        return settings.raw();
    }

    /** Whether the user asked for a form that programs read. */
    public boolean isForPrograms() {
        return (settings.form() != null && settings.form() != Form.table) || settings.fields() != null;
    }

    public boolean errorsAreJson() {
        return settings.form() == Form.json || settings.form() == Form.jsonl;
    }

    /** Prints a line of data. */
    public void line(String text) {
        streams.out((terminal.out() && !settings.raw() ? ControlCharacters.escape(text) : text) + "\n");
    }

    /** Prints a text of several lines. */
    public void text(String text) {
        streams.out(terminal.out() && !settings.raw() ? ControlCharacters.escape(text) : text);
    }

    /** Null: none was chosen. */
    public @Nullable Form form() {
        return settings.form();
    }

    /** Reports a failure of one part of a command that goes on. */
    public void error(String text, List<String> advice) {
        var lines = new ArrayList<>(advice);
        lines.addFirst("faas: " + text);
        streams.err(ControlCharacters.escape(String.join("\n", lines) + "\n"));
    }

    /** Prints a line of data in colour, where that is wanted. */
    public void line(String text, int sgr) {
        streams.out(colour(terminal.out() && !settings.raw() ? ControlCharacters.escape(text) : text, sgr) + "\n");
    }

    /** Tells the user something that is no data; {@code -q} hides it. */
    public void note(String text) {
        if (!settings.quiet()) {
            streams.err(ControlCharacters.escape(text) + "\n");
        }
    }

    /** Prints one document.
     *
     * @param name of {@code -o name}
     * @param lines what a person reads
     */
    public void document(Doc doc, Function<Doc, String> name, Supplier<List<String>> lines) {
        if (settings.fields() != null) {
            line(Doc.pretty(select(doc)));
            return;
        }
        switch (settings.form() == null ? Form.table : settings.form()) {
            case json -> line(Doc.pretty(doc));
            case jsonl -> line(Doc.compact(doc));
            case yaml -> streams.out(Yaml.write(doc.fields()));
            case name -> line(name.apply(doc));
            case table -> lines.get().forEach(this::line);
        }
    }

    /** Prints the items of a list.
     *
     * @param name of {@code -o name}
     * @param empty what a terminal shows when there is none
     */
    public void list(List<Doc> items, List<Column> columns, Function<Doc, String> name, String empty) {
        list(printer -> printer.print(items), columns, name, empty);
    }

    /** Prints the items of a list as its pages arrive. Only a table on a terminal needs all of them before its first line. */
    public void list(Pages pages, List<Column> columns, Function<Doc, String> name, String empty) {
        if (settings.fields() != null) {
            jsonArray(pages, this::select);
            return;
        }
        switch (settings.form() == null ? Form.table : settings.form()) {
            case json -> jsonArray(pages, Doc::fields);
            case jsonl -> each(pages, item -> line(Doc.compact(item)));
            case yaml -> yamlList(pages);
            case name -> each(pages, item -> line(name.apply(item)));
            case table -> table(pages, columns, empty);
        }
    }

    /** Reads a list for a printer. */
    public interface Pages {
        void read(Printer printer);
    }

    /** Takes the items of a list. */
    public interface Printer {
        /** @return whether it wants more */
        boolean print(List<Doc> items);
    }

    private static void each(Pages pages, Consumer<Doc> printer) {
        pages.read(items -> {
            items.forEach(printer);
            return true;
        });
    }

    /** In the form of {@link Doc#pretty}, piece by piece. */
    private void jsonArray(Pages pages, Function<Doc, Object> shown) {
        var before = new AtomicReference<>("[ ");
        each(pages, item -> text(before.getAndSet(", ") + Doc.pretty(shown.apply(item))));
        line(before.get().equals("[ ") ? "[ ]" : " ]");
    }

    private void yamlList(Pages pages) {
        var any = new AtomicBoolean();
        each(pages, item -> {
            any.set(true);
            streams.out(Yaml.write(List.of(item.fields())));
        });
        if (!any.get()) {
            streams.out(Yaml.write(List.of()));
        }
    }

    private void table(Pages pages, List<Column> columns, String empty) {
        if (!terminal.out() && settings.form() == null) {
            each(
                    pages,
                    item -> streams.out(columns.stream()
                                    .map(column -> oneField(column.value().apply(item)))
                                    .collect(Collectors.joining("\t"))
                            + "\n"));
            return;
        }
        var rows = new ArrayList<Doc>();
        pages.read(items -> {
            rows.addAll(items);
            return rows.size() <= MAX_ROWS;
        });
        if (rows.isEmpty()) {
            note(empty);
            return;
        }
        var shown = rows.subList(0, Math.min(MAX_ROWS, rows.size()));
        Table.render(columns, shown, terminal.columns()).forEach(row -> streams.out(row + "\n"));
        if (rows.size() > MAX_ROWS) {
            note("There are more than these %d. All of them: -o jsonl".formatted(MAX_ROWS));
        }
    }

    /** As a table in any case: for screens that are drawn again and again. */
    public List<String> render(List<Doc> items, List<Column> columns, int width) {
        return Table.render(columns, items, width);
    }

    private static String oneField(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    private Map<String, @Nullable Object> select(Doc doc) {
        var chosen = Optional.ofNullable(settings.fields()).orElse(List.of());
        var unknown = new ArrayList<>(chosen);
        unknown.removeIf(doc.fields()::containsKey);
        if (chosen.isEmpty() || !unknown.isEmpty()) {
            var known = String.join(", ", new TreeSet<>(doc.fields().keySet()));
            throw Failure.usage(
                    chosen.isEmpty() ? "--json needs the names of fields" : "--json: no field " + unknown.getFirst(),
                    "Fields: " + known,
                    "--json takes the next word as its fields: put it last, or write --json=FIELDS.");
        }
        var selected = new LinkedHashMap<String, @Nullable Object>();
        chosen.forEach(field -> selected.put(field, doc.get(field)));
        return selected;
    }

    /** @param line the current text, asked for about four times a second */
    public Progress progress(Supplier<String> line) {
        return terminal.err() && !settings.quiet()
                ? Progress.start(streams, terminal.columns(), line)
                : Progress.none();
    }

    /** In colour where that is wanted; colour never carries meaning alone. */
    public String colour(String text, int sgr) {
        return terminal.hasColour(settings.noColour()) ? "\u001b[" + sgr + "m" + text + "\u001b[0m" : text;
    }
}
