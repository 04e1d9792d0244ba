package dev.faas.dispatcher.tick;

import dev.faas.schedule.TickOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** Counts what becomes of ticks. */
final class TickMeters {
    private final MeterRegistry registry;
    private final Timer lateness;
    private volatile long due;

    TickMeters(MeterRegistry registry) {
        this.registry = registry;
        this.lateness = Timer.builder("faas.schedule.lateness")
                .description("From the time at which a tick was due to its accepted activation")
                .register(registry);
        Gauge.builder("faas.schedules.due", () -> due)
                .description("Schedules of the whole platform that are due and not decided")
                .register(registry);
    }

    void due(long schedules) {
        due = schedules;
    }

    void count(Decision decision) {
        decision.added().stream().filter(tick -> !tick.isPending()).forEach(tick -> {
            var span = tick.span();
            count(tick.outcome(), span == null ? 1 : span.times());
        });
        decision.changed().stream().filter(tick -> !tick.isPending()).forEach(tick -> count(tick.outcome(), 1));
    }

    void count(TickOutcome outcome, int ticks) {
        Counter.builder("faas.schedule.ticks")
                .description("Times of schedules that were settled")
                .tag("outcome", outcome.text())
                .register(registry)
                .increment(ticks);
    }

    void fired(Duration late) {
        count(TickOutcome.FIRED, 1);
        lateness.record(late.isNegative() ? Duration.ZERO : late);
    }
}
