package dev.faas.cli.output;

import dev.faas.cli.Doc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Aligns columns and fits them into the width of a terminal. */
public final class Table {
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
        var natural = widths(columns.size(), cells);
        var shown = columns.subList(0, countThatFit(columns, natural, width));
        var widths = fit(shown, natural, width);
        return cells.stream().map(line -> render(shown, line, widths)).toList();
    }

    /** The last columns are dropped when there is no room for them even if the others are cut. */
    private static int countThatFit(List<Column> columns, int[] natural, int width) {
        int sum = -GAP.length();
        for (int i = 0; i < natural.length; i++) {
            sum += GAP.length() + (columns.get(i).isWhole() ? natural[i] : Math.min(MIN_WIDTH, natural[i]));
            if (sum > width) {
                return Math.max(1, i);
            }
        }
        return natural.length;
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
    private static int[] fit(List<Column> columns, int[] natural, int width) {
        var widths = Arrays.copyOf(natural, columns.size());
        int sum = GAP.length() * (widths.length - 1) + Arrays.stream(widths).sum();
        for (; sum > width; sum--) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                if (!columns.get(i).isWhole() && (widest < 0 || widths[i] >= widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0 || widths[widest] <= MIN_WIDTH) {
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
    public static String cut(String text, int width) {
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
