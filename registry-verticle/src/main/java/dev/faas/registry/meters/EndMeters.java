package dev.faas.registry.meters;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationView;
import dev.faas.http.Metrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts and times the ends that this registry writes to the ledger. A redelivered state writes nothing and does not count. */
public final class EndMeters implements Consumer<Collection<ActivationRecord>> {
    private final MeterRegistry registry;
    private final Timer wait;
    private final Timer run;

    public EndMeters(MeterRegistry registry) {
        this.registry = registry;
        this.wait = timer("faas.activation.wait", "From the time an activation is due to the claim of its last run");
        this.run = timer("faas.activation.run", "Duration of the command of an activation's last run");
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(Metrics.buckets())
                .register(registry);
    }

    @Override
    public void accept(Collection<ActivationRecord> written) {
        for (var record : written) {
            if (record instanceof ActivationRecord.Ended ended) {
                var view = ActivationView.of(ended);
                var reason = ended.report().reason();
                Counter.builder("faas.activations.ended")
                        .description("Activations that ended, by status and reason")
                        .tag("status", ended.report().status().text())
                        .tag("reason", reason == null ? "none" : reason.text())
                        .register(registry)
                        .increment();
                record(wait, view.run().phases().queueMs());
                record(run, view.run().phases().runMs());
            }
        }
    }

    private static void record(Timer timer, @Nullable Long millis) {
        if (millis != null) {
            timer.record(Duration.ofMillis(millis));
        }
    }
}
