package dev.faas.spawner;

import dev.faas.http.Metrics;
import dev.faas.spawner.engine.ContainerEngine.CallTimes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** Times the calls of the engine. */
final class EngineMeters implements CallTimes {
    private final MeterRegistry registry;
    private final Timer pull;

    EngineMeters(MeterRegistry registry) {
        this.registry = registry;
        this.pull = Timer.builder("faas.image.pull")
                .description("Duration of image pulls")
                .serviceLevelObjectives(Metrics.buckets())
                .register(registry);
    }

    @Override
    public void called(String operation, Duration took) {
        Timer.builder("faas.docker.request")
                .description("Calls of the Docker daemon by operation")
                .serviceLevelObjectives(Metrics.buckets())
                .tag("operation", operation)
                .register(registry)
                .record(took);
    }

    @Override
    public void pulled(Duration took) {
        pull.record(took);
    }
}
