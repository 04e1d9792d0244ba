package dev.faas.cli.output;

import dev.faas.cli.Doc;
import java.util.ArrayList;
import java.util.List;

/** Aligns columns and fits them into the width of a terminal. */
final class Table {
    private static final String GAP = "  ";
    private static final int MIN_WIDTH = 4;

    private Table() {}

    static List<String> render(List<Column> columns, List<Doc> rows, int width) {
        var cells = new ArrayList<List<String>>();
        cells.add(columns.stream().map(Column::title).toList());
        for (var row : rows) {
            cells.add(columns.stream()
                    .map(column -> oneLine(column.shown().apply(row)))
                    .toList());
        }
        var widths = fit(widths(columns.size(), cells), width);
        return cells.stream().map(line -> render(columns, line, widths)).toList();
    }

    private static int[] widths(int columns, List<List<String>> cells) {
        var widths = new int[columns];
        for (var line : cells) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], length(line.get(i)));
            }
        }
        return widths;
    }

    /** Takes from the widest column, one by one, until all fit. */
    private static int[] fit(int[] widths, int width) {
        int sum = GAP.length() * (widths.length - 1);
        for (int each : widths) {
            sum += each;
        }
        for (; sum > width; sum--) {
            int widest = 0;
            for (int i = 1; i < widths.length; i++) {
                if (widths[i] >= widths[widest]) {
                    widest = i;
                }
            }
            if (widths[widest] <= MIN_WIDTH) {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    private static String render(List<Column> columns, List<String> cells, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            var cell = cut(cells.get(i), widths[i]);
            var padding = " ".repeat(widths[i] - length(cell));
            line.append(i == 0 ? "" : GAP);
            line.append(columns.get(i).rightAligned() ? padding + cell : cell + padding);
        }
        return line.toString().stripTrailing();
    }

    /** Cuts from the end; shows that it did. */
    static String cut(String text, int width) {
        if (length(text) <= width) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, Math.max(0, width - 1))) + "~";
    }

    private static String oneLine(String text) {
        return ControlCharacters.escape(text).replace("\n", "\\n").replace("\t", "\\t");
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
