package dev.faas.spawner.run;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.Reason;
import dev.faas.activation.Report.Container.Origin;
import dev.faas.http.Metrics;
import dev.faas.spawner.schedule.Slots;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Counts and times runs. */
public final class RunMeters {
    private final MeterRegistry registry;
    private final Timer start;
    private final Timer duration;

    public RunMeters(MeterRegistry registry) {
        this.registry = registry;
        this.start = Timer.builder("faas.run.start")
                .description("From the claim of an activation to the start of its command")
                .publishPercentileHistogram()
                .register(registry);
        this.duration = Timer.builder("faas.run.duration")
                .description("Duration of the command")
                .publishPercentileHistogram()
                .register(registry);
    }

    public void watch(Slots slots) {
        Gauge.builder("faas.slots.free", slots, Slots::free)
                .description("Free slots")
                .register(registry);
        Gauge.builder("faas.slots", slots, Slots::total)
                .description("Activations that can run at the same time")
                .register(registry);
    }

    /** @param origin of the sandbox; null where the pool did not say */
    void recordStart(Duration afterClaim, @Nullable Origin origin) {
        var took = afterClaim.isNegative() ? Duration.ZERO : afterClaim;
        start.record(took);
        Timer.builder("faas.activation.start")
                .description(
                        "From the claim of an activation to the start of its command, by where its sandbox is from")
                .serviceLevelObjectives(Metrics.buckets())
                .tag("sandbox", (origin == null ? Origin.BOOTED : origin).text())
                .register(registry)
                .record(took);
    }

    /** Records a run's next state; {@code queued}: handed back, or waiting for its next attempt. */
    void recordEnd(ActivationRecord next) {
        switch (next) {
            case Ended ended -> {
                duration.record(Duration.ofMillis(ended.report().usage().durationMs()));
                count(ended.report().status().text(), ended.report().reason());
            }
            case Queued queued -> count("queued", queued.lastReason());
            case ActivationRecord.Running running -> count("running", null);
        }
    }

    private void count(String outcome, @Nullable Reason reason) {
        Counter.builder("faas.runs")
                .description("Runs by outcome and reason")
                .tag("outcome", outcome)
                .tag("reason", reason == null ? "none" : reason.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment();
    }
}
