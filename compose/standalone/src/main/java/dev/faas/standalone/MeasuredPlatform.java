package dev.faas.standalone;

import dev.faas.bench.Bench;
import dev.faas.config.Env;
import dev.faas.lifecycle.Undisturbed;
import dev.faas.local.Folders;
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
 * A platform in a temporary folder, and further spawners.
 *
 * @param more each with its deployment
 */
record MeasuredPlatform(Path data, Platform platform, Vertx vertx, Map<SpawnerVerticle, String> more)
        implements Bench.Subject {
    static MeasuredPlatform start(Map<String, String> settings, int spawners) throws IOException {
        var data = Files.createTempDirectory("faas-bench-");
        var environment = new HashMap<>(UpCommand.faasVariables());
        environment.putAll(settings);
        var platform = Platform.start(UpOptions.local(data, environment));
        var measured = new MeasuredPlatform(data, platform, Vertx.vertx(), new HashMap<>());
        boolean complete = false;
        try {
            for (int i = 1; i < spawners; i++) {
                measured.addSpawner(i);
            }
            complete = true;
            return measured;
        } finally {
            if (!complete) {
                measured.close();
            }
        }
    }

    private void addSpawner(int number) {
        var variables = new HashMap<>(platform.settingsOf("spawner"));
        variables.merge("FAAS_SPAWNER_ID", "-" + number, String::concat);
        var spawner = new SpawnerVerticle(SpawnerConfig.from(Env.of(variables)));
        more.put(spawner, vertx.deployVerticle(spawner).await());
    }

    @Override
    public URI api() {
        return platform.api();
    }

    @Override
    public NatsConfig bus() {
        return NatsConfig.from(Env.of(platform.settingsOf("registry")));
    }

    @Override
    public void close() throws IOException {
        more.keySet().forEach(SpawnerVerticle::skipGrace);
        try {
            Undisturbed.run(() -> Future.join(
                            more.values().stream().map(vertx::undeploy).toList())
                    .await());
            Undisturbed.run(() -> vertx.close().await());
        } finally {
            platform.skipGrace();
            platform.close();
            Folders.delete(data);
        }
    }
}
