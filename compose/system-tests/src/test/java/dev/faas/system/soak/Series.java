package dev.faas.system.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One figure over time. */
final class Series {
    private final String what;
    private final String who;
    private final double allowance;
    private final List<Double> minutes = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();

    /**
     * @param what it measures, with its unit: the panel of the plot
     * @param who it is measured of
     * @param allowance by which it may grow without a word, in its unit; negative: it is not judged
     */
    Series(String what, String who, double allowance) {
        this.what = what;
        this.who = who;
        this.allowance = allowance;
    }

    void add(Duration at, double value) {
        minutes.add(at.toMillis() / 60_000.0);
        values.add(value);
    }

    String what() {
        return what;
    }

    String who() {
        return who;
    }

    double allowance() {
        return allowance;
    }

    boolean judged() {
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
