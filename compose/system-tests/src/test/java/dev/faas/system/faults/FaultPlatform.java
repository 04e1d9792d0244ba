package dev.faas.system.faults;

import org.awaitility.core.ConditionTimeoutException;
import dev.faas.testing.Await;
import dev.faas.lifecycle.Uninterrupted;
import dev.faas.local.Directories;
import dev.faas.local.PostgresServer;
import dev.faas.local.ReservedPort;
import dev.faas.nats.NatsConfig;
import dev.faas.spawner.docker.TestImages;
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

/**
 * A platform to be harmed: each part is a process of its own, each connection a cable.
 *
 * <pre>
 *   customer ─ gateway ─┬─ auth ──────┬─ postgres
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

    /** Where Maven puts them, each beside its Dockerfile. */
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
    private final List<LoadClient> doors = new ArrayList<>();
    private final Map<String, String> common;
    private final String platform;
    private final Path logs;
    private final Brokers brokers;
    private final DockerHost docker;
    private final TestImages images;
    private final LoadClient customer;

    /**
     * @param logs where each part's output goes, and stays
     * @param brokerCount 1 or 3
     * @param ownDocker whether Docker is to be harmed too
     */
    FaultPlatform(Path logs, int brokerCount, boolean ownDocker) throws Exception {
        this(logs, brokerCount, ownDocker, Map.of());
    }

    /** @param settings {@code FAAS_…} of all services */
    public FaultPlatform(Path logs, int brokerCount, boolean ownDocker, Map<String, String> settings) throws Exception {
        this.logs = logs;
        this.platform = "faults-" + ProcessHandle.current().pid() + "-" + brokerCount;
        this.common = new HashMap<>(settings);
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
            parts.put(POSTGRES, new Part.Served<>(POSTGRES, postgres));
            var api = startServices(postgres);
            awaitReady();
            customer = LoadClient.register(api);
            closers.push(customer::close);
            var image = images.script(Kind.SCRIPT);
            for (var kind : Kind.values()) {
                customer.function(kind.function(), image, kind.settings());
            }
            open = true;
        } finally {
            if (!open) {
                close();
            }
        }
    }

    /** Where the API is. */
    private URI startServices(PostgresServer postgres) throws IOException {
        var registry = port();
        var auth = port();
        var gateway = port();
        service(
                REGISTRY,
                Path.of("registry-service", "registry-service.jar"),
                "registry",
                Map.of("FAAS_HTTP_PORT", Integer.toString(registry)),
                database(postgres, REGISTRY));
        service(
                AUTH,
                Path.of("auth-service", "auth-service.jar"),
                "auth",
                Map.of("FAAS_HTTP_PORT", Integer.toString(auth), "FAAS_ACCESS_TOKEN_LIFETIME", "12h"),
                database(postgres, AUTH));
        for (var name : SPAWNERS) {
            service(name, Path.of("spawner-service", "spawner-service.jar"), "spawner", spawner(name), Map.of());
        }
        service(
                GATEWAY,
                Path.of("api-gateway", "gateway-service.jar"),
                "gateway",
                Map.of("FAAS_PORT", Integer.toString(gateway), "FAAS_AUTH_PORT", "0", "FAAS_REGISTRY_PORT", "0"),
                Map.of(
                        "FAAS_AUTH_URL",
                        local(wiring.lay(GATEWAY, AUTH, auth)).toString(),
                        "FAAS_REGISTRY_URL",
                        local(wiring.lay(GATEWAY, REGISTRY, registry)).toString()));
        return local(wiring.lay("customer", GATEWAY, gateway));
    }

    private void service(String name, Path jar, String user, Map<String, String> own, Map<String, String> others)
            throws IOException {
        var environment = new HashMap<>(common);
        environment.putAll(brokers.settings(name, user));
        var internal = port();
        environment.put("FAAS_INTERNAL_PORT", Integer.toString(internal));
        var door = LoadClient.at(local(internal));
        closers.push(door::close);
        doors.add(door);
        environment.putAll(own);
        environment.putAll(others);
        var service = Program.service(name, PROGRAMS.resolve(jar), environment, logs);
        closers.push(service::close);
        parts.put(name, service);
    }

    private Map<String, String> database(PostgresServer postgres, String part) throws IOException {
        var role = postgres.role(part);
        var url = "postgres://127.0.0.1:" + wiring.lay(part, POSTGRES, postgres.port())
                + URI.create(postgres.url()).getPath();
        return Map.of("FAAS_PG_URL", url, "FAAS_PG_USER", role.user(), "FAAS_PG_PASSWORD", role.password());
    }

    private Map<String, String> spawner(String name) throws IOException {
        var port = wiring.lay(name, DOCKERD, docker.socket());
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
                // So that what is left in the end is what nobody cares for.
                "FAAS_POOL_IDLE",
                "10s");
    }

    private void awaitReady() throws IOException, InterruptedException {
        Await.until("the platform is ready", READY_LIMIT, () -> {
            for (var part : parts.values()) {
                if (!part.alive()) {
                    throw new IOException(part.name() + " ended as it started; its output is in " + logs);
                }
            }
            return ready();
        });
    }

    /** Whether each service says that it is. */
    boolean ready() throws InterruptedException {
        for (var door : doors) {
            if (!door.ready()) {
                return false;
            }
        }
        return true;
    }

    private static URI local(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Its own as long as this stage stands, also while the part is down. */
    private int port() throws IOException {
        var port = new ReservedPort();
        closers.addLast(port::close);
        return port.number();
    }

    public LoadClient customer() {
        return customer;
    }

    /** An image whose entrypoint is this. */
    public String script(String script) {
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

    NatsConfig bus() {
        return brokers.direct();
    }

    /** The containers of this platform, as Docker names them. */
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

    /** Those that are there 90 s after the load's end. */
    public List<String> containersLeft() throws InterruptedException {
        try {
            Await.until("no container is left", CONTAINERS_GO, () -> containers().isEmpty());
            return List.of();
        } catch (ConditionTimeoutException some) {
            return containers();
        }
    }

    /** To the end also for whoever was told to stop. */
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
