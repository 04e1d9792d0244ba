package dev.faas.gateway;

import dev.faas.gateway.read.OpenResponses;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts what this gateway accepts and the streams that it holds open. */
final class GatewayMeters {
    private GatewayMeters() {}

    static Runnable accepted(MeterRegistry registry) {
        return Counter.builder("faas.activations.accepted")
                .description("Activations that were accepted here")
                .register(registry)::increment;
    }

    static void watchStreams(MeterRegistry registry, OpenResponses responses) {
        Gauge.builder("faas.event.streams", responses, OpenResponses::count)
                .description("Open event streams and waits")
                .register(registry);
    }
}
