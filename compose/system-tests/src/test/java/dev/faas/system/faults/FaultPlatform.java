package dev.faas.system.faults;

import dev.faas.lifecycle.Uninterrupted;
import dev.faas.local.Directories;
import dev.faas.local.PostgresServer;
import dev.faas.local.ReservedPort;
import dev.faas.nats.NatsConfig;
import dev.faas.spawner.docker.TestImages;
import dev.faas.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Runs a platform for fault injection: each part is a process, each connection a {@code FaultyLink}.
 *
 * <pre>
 *   client ─ gateway ─┬─ auth ──────┬─ postgres
 *                       ├─ registry ──┘
 *                       └─ all four ──── nats, or n1 ─ n2 ─ n3
 *              spawner-1, spawner-2 ──── dockerd
 * </pre>
 */
public final class FaultPlatform implements AutoCloseable {
    public static final String GATEWAY = "gateway";
    public static final String AUTH = "auth";
    public static final String REGISTRY = "registry";
    static final String POSTGRES = "postgres";
    static final String DOCKERD = "dockerd";
    static final String SPAWNER = "spawner";
    public static final List<String> SPAWNERS = List.of("spawner-1", "spawner-2");

    /** Maven puts each program beside its Dockerfile. */
    private static final Path PROGRAMS = Path.of("..");

    private static final Duration READY_LIMIT = Duration.ofMinutes(2);
    private static final Duration CONTAINERS_GO = Duration.ofSeconds(90);

    @FunctionalInterface
    private interface Closing {
        void close() throws IOException;
    }

    private final Deque<Closing> closers = new ArrayDeque<>();
    private final Wiring wiring = new Wiring();
    private final Map<String, Part> parts = new HashMap<>();
    private final List<LoadClient> serviceClients = new ArrayList<>();
    private final Map<String, String> common;
    private final String platform;
    private final Path logs;
    private final Brokers brokers;
    private final DockerHost docker;
    private final TestImages images;
    private final LoadClient client;

    /**
     * @param logs directory for the output of each part
     * @param brokerCount 1 or 3
     * @param ownDocker whether to start a separate Docker for faults
     */
    FaultPlatform(Path logs, int brokerCount, boolean ownDocker) throws Exception {
        this(logs, brokerCount, ownDocker, Map.of());
    }

    /** @param settings {@code FAAS_…} of all services */
    public FaultPlatform(Path logs, int brokerCount, boolean ownDocker, Map<String, String> settings) throws Exception {
        this.logs = logs;
        this.platform = "faults-" + ProcessHandle.current().pid() + "-" + brokerCount;
        this.common = new HashMap<>(settings);
        common.putIfAbsent("FAAS_PROFILE", "private");
        common.put("FAAS_OUTGOING_ALLOW", "127.0.0.1");
        common.putAll(Map.of("FAAS_HTTP_HOST", "127.0.0.1", "FAAS_START_TIMEOUT", "60s", "FAAS_PLATFORM_ID", platform));
        var open = false;
        try {
            var data = Files.createTempDirectory("faas-faults-");
            closers.push(() -> Directories.delete(data));
            closers.push(wiring::close);
            docker = ownDocker ? DockerHost.own(logs) : DockerHost.shared();
            closers.push(docker::close);
            docker.daemon().ifPresent(daemon -> parts.put(DOCKERD, daemon));
            images = new TestImages(docker.address());
            closers.push(images::close);
            brokers = brokerCount == 1 ? Brokers.one(data, wiring) : Brokers.three(data, wiring);
            closers.push(brokers::close);
            brokers.parts().forEach(part -> parts.put(part.name(), part));
            var postgres = PostgresServer.start(data.resolve("postgres"));
            closers.push(postgres::close);
            parts.put(POSTGRES, new Part.ServerPart<>(POSTGRES, postgres));
            var api = startServices(postgres);
            awaitReady();
            client = LoadClient.register(api);
            closers.push(client::close);
            var image = images.script(LoadFunction.SCRIPT);
            for (var kind : LoadFunction.values()) {
                client.createFunction(kind.function(), image, kind.settings());
            }
            client.createFunction(Triggers.FUNCTION, images.script(Triggers.SCRIPT), Map.of("mode", "reused"));
            open = true;
        } finally {
            if (!open) {
                close();
            }
        }
    }

    /** Starts the services; the address of the API. */
    private URI startServices(PostgresServer postgres) throws IOException {
        var registry = reservePort();
        var auth = reservePort();
        var gateway = reservePort();
        startService(
                REGISTRY,
                Path.of("registry-service", "registry-service.jar"),
                "registry",
                Map.of("FAAS_HTTP_PORT", Integer.toString(registry)),
                databaseSettings(postgres, REGISTRY));
        startService(
                AUTH,
                Path.of("auth-service", "auth-service.jar"),
                "auth",
                Map.of("FAAS_HTTP_PORT", Integer.toString(auth), "FAAS_ACCESS_TOKEN_LIFETIME", "12h"),
                databaseSettings(postgres, AUTH));
        for (var name : SPAWNERS) {
            startService(
                    name,
                    Path.of("spawner-service", "spawner-service.jar"),
                    "spawner",
                    spawnerSettings(name),
                    Map.of());
        }
        startService(
                GATEWAY,
                Path.of("api-gateway", "gateway-service.jar"),
                "gateway",
                Map.of("FAAS_PORT", Integer.toString(gateway), "FAAS_AUTH_PORT", "0", "FAAS_REGISTRY_PORT", "0"),
                Map.of(
                        "FAAS_AUTH_URL",
                        local(wiring.connect(GATEWAY, AUTH, auth)).toString(),
                        "FAAS_REGISTRY_URL",
                        local(wiring.connect(GATEWAY, REGISTRY, registry)).toString()));
        return local(wiring.connect("client", GATEWAY, gateway));
    }

    private void startService(String name, Path jar, String user, Map<String, String> own, Map<String, String> others)
            throws IOException {
        var environment = new HashMap<>(common);
        environment.putAll(brokers.settings(name, user));
        var internal = reservePort();
        environment.put("FAAS_INTERNAL_PORT", Integer.toString(internal));
        var serviceClient = LoadClient.anonymous(local(internal));
        closers.push(serviceClient::close);
        serviceClients.add(serviceClient);
        environment.putAll(own);
        environment.putAll(others);
        var service = Program.service(name, PROGRAMS.resolve(jar), environment, logs);
        closers.push(service::close);
        parts.put(name, service);
    }

    private Map<String, String> databaseSettings(PostgresServer postgres, String part) throws IOException {
        var role = postgres.role(part);
        var url = "postgres://127.0.0.1:" + wiring.connect(part, POSTGRES, postgres.port())
                + URI.create(postgres.url()).getPath();
        return Map.of("FAAS_PG_URL", url, "FAAS_PG_USER", role.user(), "FAAS_PG_PASSWORD", role.password());
    }

    private Map<String, String> spawnerSettings(String name) throws IOException {
        var port = wiring.connect(name, DOCKERD, docker.socket());
        return Map.of(
                "FAAS_SPAWNER_ID",
                name,
                "FAAS_DOCKER_HOST",
                "tcp://127.0.0.1:" + port,
                "FAAS_SLOTS",
                "4",
                "FAAS_GRACE",
                "5s",
                "FAAS_POOL_SANDBOXES",
                "4",
                // Idle sandboxes end soon, so that containers left at the end are leaks.
                "FAAS_POOL_IDLE",
                "10s");
    }

    private void awaitReady() throws IOException, InterruptedException {
        Await.until("the platform is ready", READY_LIMIT, () -> {
            for (var part : parts.values()) {
                if (!part.isAlive()) {
                    throw new IOException(part.name() + " ended as it started: "
                            + Files.readString(logs.resolve(part.name() + ".log")));
                }
            }
            return isReady();
        });
    }

    /** Whether each service reports that it is ready. */
    boolean isReady() throws InterruptedException {
        for (var serviceClient : serviceClients) {
            if (!serviceClient.isReady()) {
                return false;
            }
        }
        return true;
    }

    private static URI local(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Reserved until this platform is closed, also while the part is down. */
    private int reservePort() throws IOException {
        var port = new ReservedPort();
        closers.addLast(port::close);
        return port.number();
    }

    public LoadClient client() {
        return client;
    }

    /** Creates an image with this script as its entrypoint. */
    public String createImage(String script) {
        return images.script(script);
    }

    public Part part(String name) {
        return parts.get(name);
    }

    List<Part> parts() {
        return List.copyOf(parts.values());
    }

    public Brokers brokers() {
        return brokers;
    }

    Wiring wiring() {
        return wiring;
    }

    NatsConfig natsConfig() {
        return brokers.directConfig();
    }

    /** The containers of this platform, with their spawner and status. */
    public List<String> containers() {
        return images
                .docker()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of("dev.faas.platform=" + platform))
                .exec()
                .stream()
                .map(container -> container.getId().substring(0, 12) + " of "
                        + container.getLabels().get("dev.faas.spawner") + " " + container.getStatus())
                .toList();
    }

    /** Waits up to 90 s until no container is left; the remaining ones. */
    public List<String> awaitContainersGone() throws InterruptedException {
        try {
            Await.until(
                    "no container is left", CONTAINERS_GO, () -> containers().isEmpty());
            return List.of();
        } catch (ConditionTimeoutException some) {
            return containers();
        }
    }

    /** Completes also when this thread is interrupted. */
    @Override
    public void close() throws IOException {
        Uninterrupted.run(this::closeAll);
    }

    private void closeAll() throws IOException {
        var failures = new ArrayList<IOException>();
        while (!closers.isEmpty()) {
            try {
                closers.pop().close();
            } catch (IOException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }
}
