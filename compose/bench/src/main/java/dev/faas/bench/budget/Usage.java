package dev.faas.bench.budget;

import dev.faas.bench.measure.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each part of a platform has used, since its start or for one operation.
 *
 * @param nanos of {@link System#nanoTime}, or how long it took
 * @param byPart a value a column; null: not known
 */
record Usage(double nanos, Map<String, List<@Nullable Double>> byPart) {
    private static final List<String> COLUMNS =
            List.of("processor ms", "switches", "KiB written", "msgs in", "msgs out", "statements", "rows");
    private static final int PROCESSOR = 0;
    private static final int SWITCHES = 1;
    private static final int IN = 3;
    private static final int OUT = 4;
    private static final String ALL = "all";
    private static final double KIB = 1024;

    static Usage read(ServiceProcesses platform, Statements statements) throws Exception {
        var bus = BusCounts.read(platform.nats().monitoringUrl());
        var database = statements.counts();
        var byPart = new LinkedHashMap<String, List<@Nullable Double>>();
        var all = ProcessCosts.NONE;
        long allStatements = 0;
        for (var each : ProcessCosts.read(platform.processes()).entrySet()) {
            var part = each.getKey();
            long count = database.byService().getOrDefault(part, 0L);
            byPart.put(part, values(each.getValue(), bus.of(part), count, 0));
            all = all.plus(each.getValue());
            allStatements += count;
        }
        byPart.put(ALL, values(all, bus.server(), allStatements, database.rowVersions()));
        return new Usage(System.nanoTime(), byPart);
    }

    private static List<@Nullable Double> values(
            ProcessCosts process, BusCounts.Messages messages, long statements, long rowVersions) {
        var values = new ArrayList<@Nullable Double>(); // List.of has no nulls
        values.add(process.processorMs());
        values.add((double) process.switches());
        values.add(process.writtenBytes() == null ? null : process.writtenBytes() / KIB);
        values.add((double) messages.published());
        values.add((double) messages.delivered());
        values.add((double) statements);
        values.add((double) rowVersions);
        return values;
    }

    Usage since(Usage before) {
        return combine(before, nanos - before.nanos, (now, then) -> now - then);
    }

    /** Of one of so many operations, without what the platform uses in this time when it is idle. */
    Usage perOperation(int operations, Usage idle) {
        double times = nanos / idle.nanos;
        return combine(idle, nanos / operations, (all, unused) -> (all - unused * times) / operations);
    }

    private interface Combination {
        double of(double ours, double other);
    }

    /** A part that the other does not have has used nothing there. */
    private Usage combine(Usage other, double duration, Combination combination) {
        var combined = new LinkedHashMap<String, List<@Nullable Double>>();
        byPart.forEach((part, ours) -> {
            var theirs = other.byPart.get(part);
            var values = new ArrayList<@Nullable Double>();
            for (int i = 0; i < ours.size(); i++) {
                var mine = ours.get(i);
                var its = theirs == null ? Double.valueOf(0) : theirs.get(i);
                values.add(mine == null || its == null ? null : combination.of(mine, its));
            }
            combined.put(part, values);
        });
        return new Usage(duration, combined);
    }

    Table table(String title) {
        return new Table(
                title,
                COLUMNS,
                byPart.entrySet().stream()
                        .map(each -> new Table.Entry(each.getKey(), each.getValue(), ""))
                        .toList());
    }

    double processorMs() {
        return all(PROCESSOR);
    }

    double switches() {
        return all(SWITCHES);
    }

    /** Published to NATS, and delivered by it. */
    double messages() {
        return all(IN) + all(OUT);
    }

    private double all(int column) {
        var value = byPart.get(ALL).get(column);
        return value == null ? Double.NaN : value;
    }
}
