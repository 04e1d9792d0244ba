package dev.faas.standalone;

import dev.faas.bench.measure.Subject;
import dev.faas.config.Env;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Deployment;
import dev.faas.local.Directories;
import dev.faas.nats.NatsConfig;
import dev.faas.spawner.SpawnerConfig;
import dev.faas.spawner.SpawnerVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Starts a platform in a temporary directory, with further spawners, for the benchmark.
 *
 * @param extraSpawners with their deployments
 */
public record MeasuredPlatform(
        Path data, Platform platform, Vertx vertx, Map<SpawnerVerticle, Deployment> extraSpawners) implements Subject {
    public static MeasuredPlatform start(Map<String, String> settings, int spawners) throws IOException {
        var data = Files.createTempDirectory("faas-bench-");
        boolean started = false;
        try {
            var environment = new HashMap<>(UpCommand.faasVariables());
            if (spawners > 1) {
                environment.put("FAAS_BOOTS", Integer.toString(Math.max(1, SpawnerConfig.defaultBoots() / spawners)));
            }
            environment.putAll(settings);
            var measured = new MeasuredPlatform(
                    data,
                    Platform.start(UpOptions.local(data, environment), spawners > 0),
                    Vertx.vertx(),
                    new HashMap<>());
            measured.addSpawners(spawners - 1);
            started = true;
            return measured;
        } finally {
            if (!started) {
                Directories.delete(data);
            }
        }
    }

    private void addSpawners(int count) throws IOException {
        boolean complete = false;
        try {
            for (int i = 1; i <= count; i++) {
                addSpawner(i);
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    private void addSpawner(int number) {
        var variables = new HashMap<>(platform.settingsOf("spawner"));
        variables.merge("FAAS_SPAWNER_ID", "-" + number, String::concat);
        var spawner = new SpawnerVerticle(SpawnerConfig.from(Env.of(variables)));
        var deployment = Deployment.of(vertx, spawner);
        extraSpawners.put(spawner, deployment);
        deployment.started().await();
    }

    @Override
    public URI api() {
        return platform.api();
    }

    @Override
    public Map<String, String> spawnerSettings() {
        return platform.settingsOf("spawner");
    }

    @Override
    public NatsConfig natsConfig() {
        return NatsConfig.from(Env.of(platform.settingsOf("registry")));
    }

    @Override
    public void close() throws IOException {
        extraSpawners.keySet().forEach(SpawnerVerticle::skipGrace);
        try {
            Blocking.awaitUninterruptibly(Future.join(
                    extraSpawners.values().stream().map(Deployment::stop).toList()));
            Blocking.awaitUninterruptibly(vertx.close());
        } finally {
            platform.skipGrace();
            platform.close();
            Directories.delete(data);
        }
    }
}
