package dev.faas.bench.measure;

import java.io.PrintStream;
import java.util.List;

/** Holds the results of one scenario. Its component names are field names of the JSON report. */
public record Report(
        String scenario,
        String what,
        List<Row> rows,
        List<Figure> figures,
        List<Table> tables,
        List<TargetResult> verdicts) {
    public Report(String scenario, String what, List<Row> rows, List<Figure> figures, List<TargetResult> verdicts) {
        this(scenario, what, rows, figures, List.of(), verdicts);
    }

    public Report(String scenario, String what, List<Row> rows, List<TargetResult> verdicts) {
        this(scenario, what, rows, List.of(), verdicts);
    }

    public void print(PrintStream out) {
        out.printf("%n%s: %s%n", scenario, what);
        if (!rows.isEmpty()) {
            out.printf("  %-64s %7s %10s %10s %10s %10s%n", "", "n", "p50 ms", "p95 ms", "p99 ms", "per s");
        }
        for (var row : rows) {
            out.printf(
                    "  %-64s %7d %10.2f %10.2f %10.2f %10s%n",
                    row.what(),
                    row.count(),
                    row.p50Ms(),
                    row.p95Ms(),
                    row.p99Ms(),
                    row.perSecond() == null ? "" : "%.1f".formatted(row.perSecond()));
        }
        for (var figure : figures) {
            out.printf("  %-64s %,18.1f %s%n", figure.what(), figure.value(), figure.unit());
        }
        tables.forEach(table -> table.print(out));
        for (var verdict : verdicts) {
            out.printf(
                    "  %-4s %-52s %-18s %s%n",
                    verdict.target(), verdict.wanted(), verdict.measured(), verdict.held() ? "holds" : "MISSED");
        }
    }
}
