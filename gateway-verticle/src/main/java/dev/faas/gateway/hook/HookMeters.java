package dev.faas.gateway.hook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** Counts what becomes of requests to hooks. */
final class HookMeters {
    private static final String ACCEPTED = "accepted";

    private final MeterRegistry registry;
    private final Timer acceptance;

    HookMeters(MeterRegistry registry) {
        this.registry = registry;
        this.acceptance = Timer.builder("faas.hook.accept")
                .description("From a request to a hook to the answer that an activation is accepted")
                .register(registry);
    }

    void accepted(Duration took) {
        count(ACCEPTED);
        acceptance.record(took);
    }

    /** @param outcome why it submitted nothing: the code of the answer, of which there are few */
    void count(String outcome) {
        Counter.builder("faas.hook.requests")
                .description("Requests to hooks by their outcome")
                .tag("outcome", outcome)
                .register(registry)
                .increment();
    }
}
