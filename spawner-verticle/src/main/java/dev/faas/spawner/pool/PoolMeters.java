package dev.faas.spawner.pool;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** Counts and times the use of the pool. */
public final class PoolMeters {
    private final MeterRegistry registry;
    private final Counter hits;
    private final Counter misses;
    private final Counter wasted;
    private final Timer age;
    private final Timer boot;

    public PoolMeters(MeterRegistry registry) {
        this.registry = registry;
        this.hits = Counter.builder("faas.pool.hits")
                .description("Runs that found a sandbox ready")
                .register(registry);
        this.misses = Counter.builder("faas.pool.misses")
                .description("Runs that waited for a boot")
                .register(registry);
        this.wasted = Counter.builder("faas.pool.wasted")
                .description("Sandboxes that were booted and never used")
                .register(registry);
        this.age = Timer.builder("faas.pool.age")
                .description("How long a sandbox had been ready when it was taken")
                .register(registry);
        this.boot = Timer.builder("faas.pool.boot")
                .description("From the call to the engine to a ready sandbox")
                .publishPercentileHistogram()
                .register(registry);
    }

    void watch(SandboxPool pool) {
        Gauge.builder("faas.pool.ready", pool, SandboxPool::readyCount)
                .description("Sandboxes that are ready for a run")
                .register(registry);
    }

    void hit(Duration readyFor) {
        hits.increment();
        age.record(readyFor);
    }

    void miss() {
        misses.increment();
    }

    void wasted() {
        wasted.increment();
    }

    void booted(Duration took) {
        boot.record(took);
    }
}
