package dev.faas.dispatcher.source;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** Counts what becomes of messages. */
final class SourceMeters {
    private final MeterRegistry registry;

    SourceMeters(MeterRegistry registry, Supplier<Number> lag) {
        this.registry = registry;
        Gauge.builder("faas.source.lag.messages", lag)
                .description("Messages that wait for the sources of this dispatcher")
                .register(registry);
    }

    /** @param outcome accepted, waiting or refused */
    void count(String outcome) {
        Counter.builder("faas.source.messages")
                .description("Messages that sources have got")
                .tag("outcome", outcome)
                .register(registry)
                .increment();
    }
}
