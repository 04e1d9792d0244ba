package dev.faas.bench.measure;

import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds numbers with several columns. Its component names are field names of the JSON report. */
public record Table(String title, List<String> columns, List<Entry> lines) {
    /**
     * @param values one a column; null: not known
     * @param note behind them
     */
    public record Entry(String what, List<@Nullable Double> values, String note) {}

    void print(PrintStream out) {
        out.printf("%n  %-48s", title);
        columns.forEach(column -> out.printf(" %11s", column));
        out.println();
        for (var line : lines) {
            out.printf("  %-48s", line.what());
            line.values().forEach(value -> out.printf(" %11s", value == null ? "?" : "%,.3f".formatted(value)));
            out.printf("%s%n", line.note().isEmpty() ? "" : "  " + line.note());
        }
    }
}
