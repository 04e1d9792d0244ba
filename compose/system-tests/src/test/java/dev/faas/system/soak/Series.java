package dev.faas.system.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Collects the values of one figure over time. */
final class Series {
    private final String figure;
    private final String source;
    private final double allowance;
    private final List<Double> minutes = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();

    /**
     * @param figure what is measured, with its unit; a panel of the plot
     * @param source the process or part
     * @param allowance growth that is accepted, in the figure's unit; negative: the figure is not judged
     */
    Series(String figure, String source, double allowance) {
        this.figure = figure;
        this.source = source;
        this.allowance = allowance;
    }

    void add(Duration at, double value) {
        minutes.add(at.toMillis() / 60_000.0);
        values.add(value);
    }

    String figure() {
        return figure;
    }

    String source() {
        return source;
    }

    double allowance() {
        return allowance;
    }

    boolean isJudged() {
        return allowance >= 0;
    }

    int size() {
        return values.size();
    }

    double minute(int i) {
        return minutes.get(i);
    }

    double value(int i) {
        return values.get(i);
    }

    /** The values from one sample to before another. */
    List<Double> values(int from, int to) {
        return values.subList(from, to);
    }
}
