package dev.faas.system.faults;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Prints tallies as an aligned Markdown table. */
record Table(List<Tally> tallies) {
    void print(PrintStream out) {
        var lines = new ArrayList<List<String>>();
        lines.add(Tally.HEAD);
        tallies.forEach(tally -> lines.add(tally.cells()));
        var widths = new int[Tally.HEAD.size()];
        for (var line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        print(out, lines.getFirst(), widths);
        var rule = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            rule.append(" ").append("-".repeat(widths[i] - 1)).append(i == 0 ? "- |" : ": |");
        }
        out.println(rule);
        lines.stream().skip(1).forEach(line -> print(out, line, widths));
    }

    private static void print(PrintStream out, List<String> cells, int[] widths) {
        var line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            var padding = " ".repeat(widths[i] - cells.get(i).length());
            line.append(' ')
                    .append(i == 0 ? cells.get(i) + padding : padding + cells.get(i))
                    .append(" |");
        }
        out.println(line);
    }
}
