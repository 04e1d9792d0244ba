package dev.faas.system;

import dev.faas.auth.AuthConfig;
import dev.faas.auth.AuthVerticle;
import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.gateway.GatewayConfig;
import dev.faas.gateway.GatewayVerticle;
import dev.faas.local.NatsServer;
import dev.faas.local.PostgresServer;
import dev.faas.registry.RegistryConfig;
import dev.faas.registry.RegistryVerticle;
import dev.faas.spawner.SpawnerConfig;
import dev.faas.spawner.SpawnerVerticle;
import dev.faas.testing.TestPostgres;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** Runs the services so that each can be stopped alone, to test what clients see and what still works. */
public final class Services implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Map<String, String> settings;
    private final NatsServer nats;
    private final PostgresServer postgres;
    private final Map<String, String> deployments = new HashMap<>();
    private final URI api;
    private final int registryPort;

    /** @param settings {@code FAAS_…} of all services */
    public Services(Path directory, Map<String, String> settings) throws Exception {
        this.settings = settings;
        nats = NatsServer.start(directory.resolve("nats"));
        postgres = TestPostgres.start(directory.resolve("postgres"));
        var registry = startRegistry(0);
        registryPort = registry.port();
        var auth = new AuthVerticle(config(AuthConfig::from, database("auth")));
        deployments.put("auth-service", vertx.deployVerticle(auth).await());
        var gateway = new GatewayVerticle(config(
                GatewayConfig::from,
                Map.of(
                        "FAAS_AUTH_URL", "http://127.0.0.1:" + auth.port(),
                        "FAAS_REGISTRY_URL", "http://127.0.0.1:" + registry.port())));
        deployments.put("api-gateway", vertx.deployVerticle(gateway).await());
        api = URI.create("http://127.0.0.1:" + gateway.port("api"));
    }

    private RegistryVerticle startRegistry(int port) throws Exception {
        var settings = new HashMap<>(database("registry"));
        settings.put("FAAS_HTTP_PORT", Integer.toString(port));
        var registry = new RegistryVerticle(config(RegistryConfig::from, settings));
        deployments.put("registry-service", vertx.deployVerticle(registry).await());
        return registry;
    }

    /** On its former port. */
    public void startRegistryAgain() throws Exception {
        startRegistry(registryPort);
    }

    /** Needed for runs only. */
    public void startSpawner() throws Exception {
        var spawner = new SpawnerVerticle(
                config(SpawnerConfig::from, Map.of("FAAS_PLATFORM_ID", "services-" + registryPort, "FAAS_SLOTS", "2")));
        deployments.put("execution-service", vertx.deployVerticle(spawner).await());
    }

    public void killPostgres() throws IOException {
        postgres.kill();
    }

    public void restartPostgres() throws IOException {
        postgres.restart();
    }

    public URI api() {
        return api;
    }

    public FaultInjector createFaultInjector() throws Exception {
        return new FaultInjector(nats, postgres);
    }

    public void stop(String name) throws Exception {
        if (name.equals("nats")) {
            nats.close();
        } else {
            vertx.undeploy(deployments.remove(name)).await();
        }
    }

    private Map<String, String> database(String schema) throws Exception {
        var role = postgres.role(schema);
        return Map.of(
                "FAAS_PG_URL", postgres.url(),
                "FAAS_PG_USER", role.user(),
                "FAAS_PG_PASSWORD", role.password());
    }

    private <C> C config(Function<Env, C> from, Map<String, String> own) throws ConfigException {
        var variables = new HashMap<>(settings);
        variables.putIfAbsent("FAAS_PROFILE", "private");
        variables.put("FAAS_HTTP_HOST", "127.0.0.1");
        variables.put("FAAS_NATS_URL", nats.url());
        for (var port : new String[] {
            "FAAS_HTTP_PORT", "FAAS_INTERNAL_PORT", "FAAS_PORT", "FAAS_AUTH_PORT", "FAAS_REGISTRY_PORT"
        }) {
            variables.put(port, "0");
        }
        variables.putAll(own);
        var env = Env.of(variables);
        var config = from.apply(env);
        env.check();
        return config;
    }

    @Override
    public void close() throws IOException {
        for (var deployment : deployments.values()) {
            vertx.undeploy(deployment).await();
        }
        vertx.close().await();
        nats.close();
        postgres.close();
    }
}
