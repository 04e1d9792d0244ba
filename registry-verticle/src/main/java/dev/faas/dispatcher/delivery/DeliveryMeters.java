package dev.faas.dispatcher.delivery;

import dev.faas.outgoing.OutgoingFailure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/** Counts what becomes of deliveries. */
final class DeliveryMeters {
    private final MeterRegistry registry;
    private final Timer latency;
    private volatile DeliveryStore.Counts counts = new DeliveryStore.Counts(0, 0, 0, Set.of());

    DeliveryMeters(MeterRegistry registry) {
        this.registry = registry;
        this.latency = Timer.builder("faas.delivery.latency")
                .description("From the noted end of an activation to the first request")
                .register(registry);
        Gauge.builder("faas.deliveries.pending", () -> counts.pending())
                .description("Deliveries of the whole platform that are sent or wait for an attempt")
                .register(registry);
        Gauge.builder("faas.delivery.oldest", () -> counts.oldestSeconds())
                .description("Age of the oldest of these")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("faas.destinations.open", () -> counts.open())
                .description("Destinations to which nothing is sent, since attempts failed")
                .register(registry);
    }

    void set(DeliveryStore.Counts newest) {
        counts = newest;
    }

    boolean hasPending() {
        return counts.pending() > 0 || counts.open() > 0;
    }

    void count(Attempted attempted) {
        Counter.builder("faas.delivery.attempts")
                .description("Attempts to deliver events")
                .tag("kind", attempted.delivery().destination().spec().kind())
                .tag("outcome", attempted.outcome())
                .register(registry)
                .increment();
        if (attempted.delivery().attempt() == 1 && !attempted.delivery().isTest()) {
            var waited = Duration.between(attempted.delivery().event().at(), attempted.sentAt());
            latency.record(waited.isNegative() ? Duration.ZERO : waited);
        }
    }

    void refused(OutgoingFailure.Reason reason) {
        Counter.builder("faas.outgoing.refused")
                .description("Requests to destinations that had no response")
                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment();
    }
}
