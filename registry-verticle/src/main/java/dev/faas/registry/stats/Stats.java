package dev.faas.registry.stats;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.activation.Status;
import dev.faas.wire.ApiTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Shows points as columns over time.
 *
 * @param completeTo everything before has been counted; null: not known
 */
record Stats(Range range, @Nullable Instant completeTo) {
    private static final List<Status> ENDS =
            Arrays.stream(Status.values()).filter(Status::isTerminal).toList();

    private static final Map<String, Double> QUANTILES = new TreeMap<>(Map.of("p50", 0.5, "p95", 0.95, "p99", 0.99));

    ObjectNode head() {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("from", ApiTime.format(range.from()))
                .put("to", ApiTime.format(range.to()))
                .put("stepSeconds", range.step())
                .put("completeTo", completeTo == null ? null : ApiTime.format(completeTo));
        var times = body.putArray("time");
        LongStream.range(0, range.steps())
                .forEach(i -> times.add(ApiTime.format(range.from().plusSeconds(i * range.step()))));
        return body;
    }

    /** @param points in the order of time, each as long as this step or shorter */
    void addSeries(ObjectNode to, List<StatPoint> points) {
        var columns = IntStream.range(0, range.steps()).mapToObj(i -> new Sum()).toList();
        var total = new Sum();
        for (var point : points) {
            columns.get(range.indexOf(point.at())).add(point);
            total.add(point);
        }
        var series = to.putObject("series");
        addColumn(series.putArray("submitted"), columns, sum -> sum.submitted);
        for (var status : ENDS) {
            addColumn(series.putArray(status.text()), columns, sum -> sum.ended.getOrDefault(status, 0L));
        }
        addColumn(series.putArray("attempts"), columns, sum -> sum.attempts);
        addColumn(series.putArray("cpuMs"), columns, sum -> sum.cpuMs);
        addQuantiles(series.putObject("waitMs"), columns, sum -> sum.waits);
        addQuantiles(series.putObject("runMs"), columns, sum -> sum.runs);
        addColumn(series.putArray("queuedMax"), columns, sum -> sum.queuedMax);
        addColumn(series.putArray("runningMax"), columns, sum -> sum.runningMax);
        addColumn(
                series.putArray("runningMean"),
                columns,
                sum -> (double) sum.runningSum * StandingSampler.PAUSE.toSeconds() / range.step());
        var reasons = to.putObject("reasons");
        for (var reason : new TreeSet<>(total.reasons.keySet())) {
            addColumn(reasons.putArray(reason), columns, sum -> sum.reasons.getOrDefault(reason, 0L));
        }
        addTotals(to.putObject("totals"), total);
    }

    private static void addColumn(ArrayNode column, List<Sum> sums, Function<Sum, @Nullable Number> value) {
        sums.forEach(sum -> column.addPOJO(value.apply(sum)));
    }

    private static void addQuantiles(ObjectNode to, List<Sum> sums, Function<Sum, Histogram> histogram) {
        QUANTILES.forEach((name, share) ->
                addColumn(to.putArray(name), sums, sum -> histogram.apply(sum).quantile(share)));
    }

    private static void addTotals(ObjectNode totals, Sum sum) {
        totals.put("submitted", sum.submitted);
        ENDS.forEach(status -> totals.put(status.text(), sum.ended.getOrDefault(status, 0L)));
        totals.put("attempts", sum.attempts).put("cpuMs", sum.cpuMs);
        var waits = totals.putObject("waitMs");
        QUANTILES.forEach((name, share) -> waits.put(name, sum.waits.quantile(share)));
        var runs = totals.putObject("runMs");
        QUANTILES.forEach((name, share) -> runs.put(name, sum.runs.quantile(share)));
    }

    private static final class Sum {
        private long submitted;
        private final Map<Status, Long> ended = new EnumMap<>(Status.class);
        private long attempts;
        private long cpuMs;
        private final Map<String, Long> reasons = new HashMap<>();
        private final Histogram waits = new Histogram();
        private final Histogram runs = new Histogram();
        private long queuedMax;
        private long runningMax;
        private long runningSum;

        private void add(StatPoint point) {
            submitted += point.submitted();
            point.ended().forEach((status, count) -> ended.merge(status, count, Long::sum));
            attempts += point.attempts();
            cpuMs += point.cpuMs();
            point.reasons()
                    .forEach(each -> reasons.merge(each.getKey(), ((Number) each.getValue()).longValue(), Long::sum));
            waits.addAll(point.waits());
            runs.addAll(point.runs());
            queuedMax = Math.max(queuedMax, point.queuedMax());
            runningMax = Math.max(runningMax, point.runningMax());
            runningSum += point.runningSum();
        }
    }
}
