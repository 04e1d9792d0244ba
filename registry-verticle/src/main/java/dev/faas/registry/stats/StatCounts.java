package dev.faas.registry.stats;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationView;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.Status;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts what a write of the ledger adds to each minute and hour, for each function, its owner and the platform. */
public final class StatCounts {
    /** Of one function, owner or platform in one minute or hour. */
    record Row(Key key, Counts counts) {}

    /** In the order in which all registries write them, so that none waits for another that waits for it. */
    record Key(String owner, String function, int step, Instant at) {
        static final Comparator<Key> ORDER = Comparator.comparing(Key::owner)
                .thenComparing(Key::function)
                .thenComparingInt(Key::step)
                .thenComparing(Key::at);
    }

    static final class Counts {
        long submitted;
        final Map<Status, Long> ended = new EnumMap<>(Status.class);
        long attempts;
        long cpuMs;
        final Map<String, Integer> reasons = new TreeMap<>();
        final Histogram waits = new Histogram();
        final Histogram runs = new Histogram();
        long queued;
        long running;

        private void addEnd(ActivationView view) {
            ended.merge(view.progress().status(), 1L, Long::sum);
            attempts += view.progress().attempt();
            if (view.exit().reason() != null) {
                reasons.merge(view.exit().reason().text(), 1, Integer::sum);
            }
            var run = view.run();
            cpuMs += run.cpuMs() == null ? 0 : run.cpuMs();
            if (run.phases().queueMs() != null) {
                waits.add(run.phases().queueMs());
            }
            if (run.phases().runMs() != null) {
                runs.add(run.phases().runMs());
            }
        }
    }

    private final Map<Key, Counts> all = new HashMap<>();

    /** @param inserted whose rows are new; the others were counted as submitted before */
    public static StatCounts of(Collection<ActivationRecord> inserted, Collection<ActivationRecord> written) {
        var counts = new StatCounts();
        inserted.forEach(
                record -> counts.of(record, record.activation().submittedAt()).forEach(each -> each.submitted++));
        for (var record : written) {
            if (record instanceof ActivationRecord.Ended ended) {
                var view = ActivationView.of(ended);
                counts.of(record, ended.report().finishedAt()).forEach(each -> each.addEnd(view));
            }
        }
        return counts;
    }

    /** What waits and runs at a moment. */
    static StatCounts ofQueues(Collection<QueueStats> queues, Instant now) {
        var counts = new StatCounts();
        for (var queue : queues) {
            if (queue.queued() > 0 || queue.running() > 0) {
                counts.of(queue.key().owner(), queue.key().function(), now).forEach(each -> {
                    each.queued += queue.queued();
                    each.running += queue.running();
                });
            }
        }
        return counts;
    }

    private List<Counts> of(ActivationRecord record, Instant time) {
        return of(record.activation().owner(), record.activation().function().id(), time);
    }

    private List<Counts> of(String owner, String function, Instant time) {
        return StatSteps.STORED.stream()
                .flatMap(step -> {
                    var at = StatSteps.begin(time, step);
                    return List.of(
                            new Key(owner, function, step, at), new Key(owner, "", step, at), new Key("", "", step, at))
                            .stream();
                })
                .map(key -> all.computeIfAbsent(key, none -> new Counts()))
                .toList();
    }

    List<Row> rows() {
        return all.entrySet().stream()
                .map(each -> new Row(each.getKey(), each.getValue()))
                .sorted(Comparator.comparing(Row::key, Key.ORDER))
                .toList();
    }
}
