package dev.faas.standalone;

import dev.faas.auth.AuthConfig;
import dev.faas.auth.AuthVerticle;
import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.gateway.GatewayConfig;
import dev.faas.gateway.GatewayVerticle;
import dev.faas.http.ServiceVerticle;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Deployment;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.registry.RegistryConfig;
import dev.faas.registry.RegistryVerticle;
import dev.faas.spawner.SpawnerConfig;
import dev.faas.spawner.SpawnerVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs the whole platform in one process tree: NATS and Postgres as children, the four verticles on one Vertx, each with
 * the same variables as when it runs alone. {@link #open} lists the parts in their order.
 */
public final class Platform implements AutoCloseable {
    private static final String SEAL = "FAAS_SEAL_";
    private static final String HOOK_SEAL = "FAAS_HOOK_SEAL_";
    private static final String LOOPBACK = "127.0.0.1";
    /** The longest stop of a spawner after its grace: kill runs, queue them again, remove containers. */
    private static final Duration STOP_AFTER_GRACE = Duration.ofSeconds(150);

    private final UpOptions options;
    private final Vertx vertx = Vertx.vertx();
    private final Lifecycle lifecycle = new Lifecycle(vertx, "platform");
    private final List<Deployment> deployed = new CopyOnWriteArrayList<>();
    private final Map<String, Map<String, String>> settings = new ConcurrentHashMap<>();
    private @Nullable GatewayVerticle gateway;
    private volatile @Nullable SpawnerVerticle spawner;

    private final boolean hasSpawner;

    private Platform(UpOptions options, boolean hasSpawner) {
        this.options = options;
        this.hasSpawner = hasSpawner;
    }

    /**
     * Starts everything and returns when the platform is ready. Blocks. When a part fails or the caller is interrupted, the
     * started parts are stopped.
     */
    public static Platform start(UpOptions options) {
        return start(options, true);
    }

    /** @param hasSpawner false for a platform whose spawners run elsewhere */
    static Platform start(UpOptions options, boolean hasSpawner) {
        var platform = new Platform(options, hasSpawner);
        boolean ready = false;
        try {
            platform.lifecycle.start(platform::open).await();
            ready = true;
            return platform;
        } finally {
            if (!ready) {
                platform.close();
            }
        }
    }

    private void open(Lifecycle.Steps on) throws Exception {
        var data = on.open("data directory", () -> DataDirectory.open(options.data()), DataDirectory::close);
        var credentials = Credentials.readOrCreate(data.credentials());
        var backends = Backends.open(on, data, credentials, options.environment());

        if (!hasOwn(SEAL)) {
            Credentials.createSealKeys(data.sealPrivate(), data.sealPublic());
        }
        if (!hasOwn(HOOK_SEAL)) {
            Credentials.createSealKeys(data.hookSealPrivate(), data.hookSealPublic());
        }
        var registrySettings = new HashMap<>(sealSetting(SEAL, "PUBLIC", data.sealPublic()));
        registrySettings.putAll(sealSetting(HOOK_SEAL, "PUBLIC", data.hookSealPublic()));
        var registry = new RegistryVerticle(config("registry", backends, registrySettings, RegistryConfig::from));
        var auth = new AuthVerticle(config("auth", backends, Map.of(), AuthConfig::from));
        var spawnerSettings = spawnerSettings(credentials.platform());
        spawnerSettings.putAll(sealSetting(SEAL, "PRIVATE", data.sealPrivate()));
        var spawnerConfig = config("spawner", backends, spawnerSettings, SpawnerConfig::from);
        // Every service stops before the backends, also one that still starts when another has failed.
        on.onStop("services", STOP_AFTER_GRACE, () -> undeploy().await());
        // The others wait for the streams that the registry creates, so both start at the same time.
        on.await(
                "registry and auth",
                () -> Future.join(deploy(registry).started(), deploy(auth).started()),
                both -> undeploy());
        if (hasSpawner) {
            openSpawner(on, spawnerConfig);
        }
        var gatewaySettings = new HashMap<>(sealSetting(HOOK_SEAL, "PRIVATE", data.hookSealPrivate()));
        gatewaySettings.putAll(Map.of(
                "FAAS_HTTP_HOST", options.host(),
                "FAAS_PORT", Integer.toString(options.port()),
                "FAAS_AUTH_PORT", Integer.toString(options.authPort()),
                "FAAS_REGISTRY_PORT", Integer.toString(options.registryPort()),
                "FAAS_AUTH_URL", "http://" + LOOPBACK + ":" + auth.port(),
                "FAAS_REGISTRY_URL", "http://" + LOOPBACK + ":" + registry.port()));
        var gatewayVerticle = new GatewayVerticle(config("gateway", backends, gatewaySettings, GatewayConfig::from));
        var gatewayDeployment = deploy(gatewayVerticle);
        on.await("gateway", gatewayDeployment::started, up -> gatewayDeployment.stop());
        gateway = gatewayVerticle;
        var scraped = new ArrayList<ServiceVerticle>(List.of(registry, auth, gatewayVerticle));
        Optional.ofNullable(spawner).ifPresent(scraped::add);
        on.open("metrics targets", () -> writeTargets(data.metricsTargets(), scraped), Files::deleteIfExists);
    }

    private static Path writeTargets(Path file, List<ServiceVerticle> scraped) throws IOException {
        var targets = scraped.stream()
                .map(each -> "\"" + LOOPBACK + ":" + each.internalPort() + "\"")
                .collect(Collectors.joining(", ", "[{\"targets\": [", "]}]\n"));
        return Files.writeString(file, targets);
    }

    private void openSpawner(Lifecycle.Steps on, SpawnerConfig spawnerConfig) throws Exception {
        var spawnerVerticle = new SpawnerVerticle(spawnerConfig);
        var deployment = deploy(spawnerVerticle);
        on.await("spawner", deployment::started, up -> Future.succeededFuture());
        on.onStop(
                "runs",
                spawnerConfig.work().grace().plus(STOP_AFTER_GRACE),
                () -> deployment.stop().await());
        spawner = spawnerVerticle;
    }

    private <C> C config(String part, Backends backends, Map<String, String> own, Function<Env, C> from)
            throws ConfigException {
        var variables = new HashMap<String, String>();
        variables.put("FAAS_START_TIMEOUT", "30s");
        variables.put("FAAS_BIND", options.host());
        variables.putAll(options.environment());
        variables.put("FAAS_HTTP_HOST", LOOPBACK);
        variables.put("FAAS_HTTP_PORT", "0");
        variables.put("FAAS_INTERNAL_PORT", "0");
        variables.putAll(backends.settingsOf(part));
        variables.putAll(own);
        settings.put(part, Map.copyOf(variables));
        var env = Env.of(variables);
        var config = from.apply(env);
        env.check();
        return config;
    }

    private boolean hasOwn(String settings) {
        return options.environment().keySet().stream().anyMatch(name -> name.startsWith(settings));
    }

    private Map<String, String> sealSetting(String settings, String half, Path file) {
        return hasOwn(settings) ? Map.of() : Map.of(settings + half + "_FILE", file.toString());
    }

    /** A fixed id, independent of the host name: after a restart, the old spawner with this id counts as dead at once. */
    private Map<String, String> spawnerSettings(String platform) {
        var id = options.environment().getOrDefault("FAAS_SPAWNER_ID", platform);
        return new HashMap<>(Map.of("FAAS_PLATFORM_ID", platform, "FAAS_SPAWNER_ID", id));
    }

    private Deployment deploy(Deployable verticle) {
        var deployment = Deployment.of(vertx, verticle);
        deployed.add(deployment);
        return deployment;
    }

    private Future<?> undeploy() {
        return Future.join(deployed.stream().map(Deployment::stop).toList());
    }

    /** The address of the API. */
    public URI api() {
        return address("api");
    }

    /** The address of the authentication API alone. */
    public URI auth() {
        return address("auth");
    }

    /** The address of the functions API alone. */
    public URI registry() {
        return address("registry");
    }

    /** The variables of a service; a replica with the same variables joins this platform. */
    public Map<String, String> settingsOf(String part) {
        return settings.get(part);
    }

    private URI address(String listener) {
        if (gateway == null) {
            throw new IllegalStateException("the platform has not started: call start first");
        }
        var scheme = settingsOf("gateway").containsKey("FAAS_TLS_CERT_FILE") ? "https" : "http";
        return URI.create(scheme + "://" + options.host() + ":" + gateway.port(listener));
    }

    /** Ends the grace of runs during a {@link #close}: unfinished runs are queued again. Does not block. */
    void skipGrace() {
        var spawnerVerticle = spawner;
        if (spawnerVerticle != null) {
            spawnerVerticle.skipGrace();
        }
    }

    /**
     * Stops everything in reverse order. Blocks for the grace of runs and a little more, also in a thread that was or
     * is interrupted.
     */
    @Override
    public void close() {
        Blocking.awaitUninterruptibly(lifecycle.stop());
        Blocking.awaitUninterruptibly(vertx.close());
    }
}
