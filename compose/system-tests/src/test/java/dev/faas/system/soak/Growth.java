package dev.faas.system.soak;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Finds figures that grow. The first third of a run is its warm-up. A Theil-Sen line is fitted to the rest: its slope is the
 * median slope of all pairs of samples, so a few high samples do not change it. A figure grows when the line rises by more than
 * the figure's allowance and by more than a tenth of its start value.
 */
final class Growth {
    private static final double TENTH = 0.1;

    private final Collection<Series> all;

    Growth(Collection<Series> all) {
        this.all = all;
    }

    /**
     * @param from median of the first third after the warm-up
     * @param to median of the last third
     * @param rise of the line after the warm-up
     */
    record Verdict(Series series, double from, double to, double rise, double limit) {
        boolean isGrowing() {
            return series.isJudged() && rise > limit;
        }
    }

    static Verdict of(Series series) {
        int begin = series.size() / 3;
        int end = series.size();
        int third = Math.max(1, (end - begin) / 3);
        double from = median(series.values(begin, begin + third));
        double to = median(series.values(end - third, end));
        double rise = slope(series, begin) * (series.minute(end - 1) - series.minute(begin));
        return new Verdict(series, from, to, rise, Math.max(series.allowance(), TENTH * from));
    }

    private static double slope(Series series, int begin) {
        var slopes = new ArrayList<Double>();
        for (int i = begin; i < series.size(); i++) {
            for (int j = i + 1; j < series.size(); j++) {
                slopes.add((series.value(j) - series.value(i)) / (series.minute(j) - series.minute(i)));
            }
        }
        return slopes.isEmpty() ? 0 : median(slopes);
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Prints a table; the figures that grow. */
    List<Verdict> print(PrintStream out) {
        var growing = new ArrayList<Verdict>();
        out.println("| what | of | after warm-up | at the end | rise of the line | may rise | |");
        out.println("|---|---|---:|---:|---:|---:|---|");
        for (var series : all) {
            var verdict = of(series);
            out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.1f | %.1f | %+.1f | %s | %s |%n",
                    series.figure(),
                    series.source(),
                    verdict.from(),
                    verdict.to(),
                    verdict.rise(),
                    series.isJudged() ? "%.1f".formatted(verdict.limit()) : "",
                    verdict.isGrowing() ? "GROWS" : "");
            if (verdict.isGrowing()) {
                growing.add(verdict);
            }
        }
        return growing;
    }
}
