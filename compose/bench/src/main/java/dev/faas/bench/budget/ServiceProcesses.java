package dev.faas.bench.budget;

import dev.faas.bench.measure.Subject;
import dev.faas.config.Env;
import dev.faas.local.ChildProcess;
import dev.faas.local.Directories;
import dev.faas.local.NatsServer;
import dev.faas.local.PostgresServer;
import dev.faas.local.ReservedPort;
import dev.faas.nats.NatsConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A platform as it is deployed: each service is a process of its own, with the garbage collector and about the heap of its
 * container. NATS has no users, so that {@link BusTap} sees every message. Everything blocks.
 */
final class ServiceProcesses implements Subject {
    private static final Duration READY_LIMIT = Duration.ofSeconds(90);
    private static final String LOOPBACK = "127.0.0.1";

    private final Path data;
    private final Map<String, String> settings;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, ChildProcess> services = new LinkedHashMap<>();
    private final NatsServer nats;
    private final PostgresServer postgres;
    private final int api = ReservedPort.free();

    private ServiceProcesses(Path data, Map<String, String> settings) throws IOException {
        this.data = data;
        this.settings = settings;
        var config = Files.writeString(data.resolve("nats.conf"), "jetstream { sync_interval: $FAAS_NATS_SYNC }\n");
        this.nats = NatsServer.start(data.resolve("nats"), config, Map.of());
        this.postgres = PostgresServer.start(data.resolve("postgres"));
    }

    static ServiceProcesses start(Map<String, String> settings) throws IOException {
        var platform = new ServiceProcesses(Files.createTempDirectory("faas-budget-"), settings);
        boolean started = false;
        try {
            platform.startServices();
            started = true;
            return platform;
        } finally {
            if (!started) {
                platform.close();
            }
        }
    }

    private void startServices() throws IOException {
        Statements.enable(postgres);
        int auth = ReservedPort.free();
        int registry = ReservedPort.free();
        var ready = List.of(
                startService("registry", "registry-service", withDatabase("registry", registry)),
                startService("auth", "auth-service", withDatabase("auth", auth)),
                startService(
                        "spawner",
                        "execution-service",
                        Map.of("FAAS_PLATFORM_ID", "budget", "FAAS_SPAWNER_ID", "budget")),
                startService(
                        "gateway",
                        "api-gateway",
                        Map.of(
                                "FAAS_PORT",
                                Integer.toString(api),
                                "FAAS_AUTH_PORT",
                                "0",
                                "FAAS_REGISTRY_PORT",
                                "0",
                                "FAAS_AUTH_URL",
                                "http://" + LOOPBACK + ":" + auth,
                                "FAAS_REGISTRY_URL",
                                "http://" + LOOPBACK + ":" + registry)));
        for (var each : ready) {
            each.await();
        }
    }

    private Map<String, String> withDatabase(String schema, int port) {
        var role = postgres.role(schema);
        return Map.of(
                "FAAS_HTTP_PORT", Integer.toString(port),
                "FAAS_PG_URL", postgres.url(),
                "FAAS_PG_USER", role.user(),
                "FAAS_PG_PASSWORD", role.password());
    }

    private interface Ready {
        void await() throws IOException;
    }

    /** @param name under which it connects to NATS */
    private Ready startService(String module, String name, Map<String, String> own) throws IOException {
        int internal = ReservedPort.free();
        var variables = new HashMap<>(settings);
        variables.putAll(spawnerSettings());
        variables.put("FAAS_START_TIMEOUT", "60s");
        variables.put("FAAS_PROFILE", "private");
        variables.put("FAAS_HTTP_HOST", LOOPBACK);
        variables.put("FAAS_INTERNAL_PORT", Integer.toString(internal));
        variables.putAll(own);
        var line = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.faas." + module + ".Main");
        var child = ChildProcess.start(ChildProcess.Command.of(name, line, variables, data.resolve(name + ".log")));
        services.put(name, child);
        var readiness = URI.create("http://" + LOOPBACK + ":" + internal + "/readyz");
        return () -> child.awaitReady(READY_LIMIT, () -> isReady(readiness));
    }

    private boolean isReady(URI readiness) {
        try {
            var request = HttpRequest.newBuilder(readiness)
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** First process of each part, by name. */
    Map<String, Long> processes() {
        var found = new LinkedHashMap<String, Long>();
        services.forEach((name, child) -> found.put(name, child.pid()));
        found.put("nats-server", nats.pid());
        found.put("postgres", postgres.pid());
        return found;
    }

    NatsServer nats() {
        return nats;
    }

    PostgresServer postgres() {
        return postgres;
    }

    @Override
    public URI api() {
        return URI.create("http://" + LOOPBACK + ":" + api);
    }

    @Override
    public Path data() {
        return data;
    }

    @Override
    public Map<String, String> spawnerSettings() {
        return Map.of("FAAS_NATS_URL", nats.url());
    }

    @Override
    public NatsConfig natsConfig() {
        return NatsConfig.from(Env.of(spawnerSettings()));
    }

    @Override
    public void close() throws IOException {
        try {
            for (var service : services.values()) {
                service.close();
            }
        } finally {
            try {
                postgres.close();
                nats.close();
            } finally {
                http.close();
                Directories.delete(data);
            }
        }
    }
}
