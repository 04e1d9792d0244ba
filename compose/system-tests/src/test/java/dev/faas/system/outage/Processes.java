package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.NatsServer;
import dev.faas.local.PostgresServer;
import dev.faas.local.ReservedPort;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.testing.Await;
import dev.faas.testing.SealKeys;
import dev.faas.testing.ServiceProcess;
import dev.faas.testing.TestPostgres;
import dev.faas.wire.Subjects;
import io.nats.client.Options;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs the services as processes that can be killed, frozen and restarted on the same ports. */
public final class Processes implements AutoCloseable {
    static final Map<String, Class<?>> MAINS = Map.of(
            "auth", dev.faas.auth.Main.class,
            "registry", dev.faas.registry.Main.class,
            "dispatcher", dev.faas.registry.Main.class,
            "spawner", dev.faas.spawner.Main.class,
            "gateway", dev.faas.gateway.Main.class);
    private static final Duration READY = Duration.ofSeconds(60);
    private static final long UNLIMITED = -1;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, String> settings;
    private final @Nullable NameServer names;
    private final NatsServer nats;
    private final PostgresServer postgres;
    private final Map<String, ReservedPort> ports = new HashMap<>();
    private final Map<String, ReservedPort> internalPorts = new HashMap<>();
    private final Map<String, ServiceProcess> running = new HashMap<>();
    private final SealKeys hookKeys = SealKeys.generate();
    private final String platform = "processes-" + UUID.randomUUID();

    /**
     * @param settings {@code FAAS_…} of all services; with {@code FAAS_ROLES=registry} the dispatcher is a process of its
     *     own
     */
    public Processes(Path directory, Map<String, String> settings) throws Exception {
        this(directory, settings, null);
    }

    /** @param names by which services and backends find each other; null: the loopback address */
    Processes(Path directory, Map<String, String> settings, @Nullable NameServer names) throws Exception {
        this.settings = settings;
        this.names = names;
        nats = NatsServer.start(directory.resolve("nats"));
        postgres = TestPostgres.start(directory.resolve("postgres"));
        for (var service : MAINS.keySet()) {
            ports.put(service, new ReservedPort());
            internalPorts.put(service, new ReservedPort());
        }
        for (var service : List.of("registry", "auth", "spawner", "gateway")) {
            start(service);
        }
        if ("registry".equals(settings.get("FAAS_ROLES"))) {
            start("dispatcher");
        }
    }

    public URI api() {
        return URI.create("http://127.0.0.1:" + ports.get("gateway").number());
    }

    /** Returns when it is ready. */
    public void start(String service) throws Exception {
        var process = ServiceProcess.service(
                MAINS.get(service), environment(service), names == null ? List.of() : names.wrapper());
        running.put(service, process);
        try {
            Await.until(service + " is ready, or has ended", READY, () -> !process.isAlive() || ready(service));
            assertThat(process.isAlive()).as(process.output()).isTrue();
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(process.output(), e);
        }
    }

    private boolean ready(String service) throws InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + internalPorts.get(service).number() + "/readyz"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    public void kill(String service) throws Exception {
        var process = running.remove(service);
        process.signal("KILL");
        assertThat(process.exitCode()).isNotZero();
        process.close();
    }

    /** A signal by its name, such as {@code STOP}. */
    void signal(String service, String name) throws Exception {
        running.get(service).signal(name);
    }

    /** Kills and restarts it on the same port. */
    public void restartBus() throws IOException {
        nats.kill();
        nats.restart();
    }

    PostgresServer postgres() {
        return postgres;
    }

    /** The test's own NATS connection. */
    Nats bus() throws Exception {
        return Nats.connect(NatsConfig.local(nats.url()), "test");
    }

    /** From now on no command can be stored, until a registry starts. */
    void closeQueues() throws Exception {
        limitQueues(1);
    }

    void openQueues() throws Exception {
        limitQueues(UNLIMITED);
    }

    private void limitQueues(long bytes) throws Exception {
        limit(Options.builder().server(nats.url()).build(), Subjects.ACTIVATIONS, bytes);
    }

    /** Limits a stream; the limit before. */
    static long limit(Options login, String stream, long bytes) throws Exception {
        var connection = io.nats.client.Nats.connect(login);
        try {
            var management = connection.jetStreamManagement();
            var made = management.getStreamInfo(stream).getConfiguration();
            management.updateStream(
                    StreamConfiguration.builder(made).maxBytes(bytes).build());
            return made.getMaxBytes();
        } finally {
            connection.close();
        }
    }

    private String host(String service) {
        return names == null ? "127.0.0.1" : names.name(service);
    }

    private Map<String, String> environment(String service) {
        var variables = new HashMap<>(settings);
        variables.putIfAbsent("FAAS_PROFILE", "private");
        variables.put("FAAS_START_TIMEOUT", "30s");
        variables.put("FAAS_HTTP_HOST", "127.0.0.1");
        variables.put("FAAS_NATS_URL", "nats://" + host("nats") + ":" + nats.port());
        variables.put(
                "FAAS_INTERNAL_PORT",
                Integer.toString(internalPorts.get(service).number()));
        variables.put("FAAS_HTTP_PORT", Integer.toString(ports.get(service).number()));
        switch (service) {
            case "auth", "registry", "dispatcher" -> {
                if (service.equals("dispatcher")) {
                    variables.put("FAAS_ROLES", service);
                }
                var role = postgres.role(service.equals("auth") ? service : "registry");
                variables.put("FAAS_PG_URL", postgres.url().replace("127.0.0.1", host("postgres")));
                variables.put("FAAS_PG_USER", role.user());
                variables.put("FAAS_PG_PASSWORD", role.password());
                variables.putAll(hookKeys.ofHooksAtRegistry());
            }
            case "spawner" -> {
                variables.putAll(Map.of("FAAS_PLATFORM_ID", platform, "FAAS_GRACE", "1s"));
                variables.putIfAbsent("FAAS_SLOTS", "2");
            }
            default -> {
                variables.putAll(hookKeys.ofGateway());
                variables.putAll(Map.of(
                        "FAAS_PORT",
                        Integer.toString(ports.get(service).number()),
                        "FAAS_AUTH_PORT",
                        "0",
                        "FAAS_REGISTRY_PORT",
                        "0",
                        "FAAS_AUTH_URL",
                        "http://" + host("auth") + ":" + ports.get("auth").number(),
                        "FAAS_REGISTRY_URL",
                        "http://" + host("registry") + ":"
                                + ports.get("registry").number()));
            }
        }
        return variables;
    }

    /** Stops the spawner in order, so that it removes its containers. */
    @Override
    public void close() throws IOException {
        try (postgres;
                nats;
                http) {
            var spawner = running.get("spawner");
            if (spawner != null) {
                spawner.signal("TERM");
                spawner.exitCode();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            for (var process : running.values()) {
                process.close();
            }
            for (var reserved : List.of(ports, internalPorts)) {
                for (var port : reserved.values()) {
                    port.close();
                }
            }
        }
    }
}
