package dev.faas.gateway;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.CommandQueue;
import dev.faas.config.Env;
import dev.faas.config.Profile;
import dev.faas.config.Secret;
import dev.faas.gateway.forward.Addresses;
import dev.faas.gateway.read.LiveResponse;
import dev.faas.http.HttpConfig;
import dev.faas.http.client.AddressRanges;
import dev.faas.http.token.BrowserCookies;
import dev.faas.http.token.TrustRoot;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.quota.Quota;
import dev.faas.quota.Quota.Limit;
import dev.faas.quota.QuotaSettings;
import dev.faas.seal.OpeningKeys;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.testing.SealKeys;
import dev.faas.testing.TestKey;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.ArgumentAs;
import dev.faas.wire.FunctionSpec.Queue;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a gateway with a real NATS, and fakes of auth-service and registry-service. */
public final class RunningGateway implements AutoCloseable {
    static final int BATCH_ITEMS = 2_000;
    static final Duration HEARTBEAT = Duration.ofMillis(300);
    /** So short that an outage is not waited for; {@link #patient} waits. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    /** Longer than a submit waits for NATS. */
    static final Duration IDLE = Duration.ofSeconds(7);

    static final QuotaSettings QUOTAS = new QuotaSettings(Quota.defaults(Profile.PRIVATE), Quota.unlimited());

    static final Duration STALL = Duration.ofSeconds(2);

    /** Limit of all clients' connections. */
    static final int CONNECTIONS = 400;

    static final SealKeys HOOK_KEYS = SealKeys.generate();

    /** The users and permissions of a deployment. */
    private static final Path NATS_CONF = Path.of(System.getProperty("basedir", "."), "../compose/nats.conf");

    /** Any file stands in for the client program. */
    static final Path CLIENT = Path.of(System.getProperty("basedir", "."), "pom.xml");

    private static final Map<String, String> PASSWORDS = Map.of(
            "FAAS_NATS_REGISTRY_PASSWORD", password("registry"),
            "FAAS_NATS_GATEWAY_PASSWORD", password("gateway"),
            "FAAS_NATS_SPAWNER_PASSWORD", password("spawner"),
            "FAAS_NATS_AUTH_PASSWORD", password("auth"));

    final Vertx vertx = Vertx.vertx();
    final NatsServer server;
    /** As the registry. */
    final Nats bus;
    /** As auth, which alone may write its buckets. */
    final Nats busOfAuth;

    final ActivationEvents events;
    final CommandQueue queue;
    public final PlayedService auth;
    final PlayedService registry;
    final TestKey signer;
    final String alice = Ids.user(Instant.now());
    final String bob = Ids.user(Instant.now());
    /** Can cut the gateway's connection to NATS. */
    final NatsRelay relay;

    /** How far the gateway's clock is ahead. */
    volatile Duration jump = Duration.ZERO;

    final GatewayVerticle gateway;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private String deployment;

    RunningGateway(Path directory) throws Exception {
        this(directory, Addresses.SYSTEM, "127.0.0.1");
    }

    /** @param upstreamHost host name of both services */
    public RunningGateway(Path directory, Addresses.Lookup lookup, String upstreamHost) throws Exception {
        server = NatsServer.start(directory, NATS_CONF, PASSWORDS);
        bus = Nats.connect(bus(server.url(), "registry"), "test");
        busOfAuth = Nats.connect(bus(server.url(), "auth"), "test");
        Topology.create(bus, TopologyConfig.LOCAL);
        events = new ActivationEvents(bus);
        queue = new CommandQueue(bus);
        auth = new PlayedService(vertx);
        registry = new PlayedService(vertx);
        signer = TestKey.generate();
        Await.await(busOfAuth.kv(Subjects.KEYS).put(signer.kid(), signer.jwk().getBytes(StandardCharsets.UTF_8)));
        relay = new NatsRelay(server.port());
        gateway = new GatewayVerticle(
                config(
                        URI.create("http://" + upstreamHost + ":" + auth.port()),
                        URI.create("http://" + upstreamHost + ":" + registry.port()),
                        bus(relay.url(), "gateway")),
                lookup,
                () -> Instant.now().plus(jump));
        deployment = Await.await(vertx.deployVerticle(gateway));
    }

    /** Starts another gateway of the same platform, which is closed with this one. */
    GatewayVerticle another() {
        return another(config(auth.url(), registry.url(), bus(server.url(), "gateway")));
    }

    /** Every owner has one other limit than usual. */
    GatewayVerticle another(Limit limit, long value) {
        var quotas = new QuotaSettings(QUOTAS.defaults().with(limit, value), Quota.unlimited());
        return another(config(auth.url(), registry.url(), bus(server.url(), "gateway"), PATIENCE, quotas));
    }

    /** Starts another gateway, behind the relay, that waits for NATS as long as by default. */
    GatewayVerticle patient() {
        return another(config(auth.url(), registry.url(), bus(relay.url(), "gateway"), Duration.ofSeconds(5), QUOTAS));
    }

    /** @param bytes for whole specifications of functions */
    GatewayVerticle withFunctionCache(long bytes) {
        return another("functionCacheBytes", bytes);
    }

    GatewayVerticle withTls(GatewayConfig.Tls tls) {
        return another("tls", tls);
    }

    GatewayVerticle withServices(GatewayConfig.Services services) {
        return another("services", services);
    }

    GatewayVerticle withAccessStale(Duration limit) {
        return another("accessStale", limit);
    }

    private GatewayVerticle another(String setting, Object value) {
        return another(Records.with(config(auth.url(), registry.url(), bus(server.url(), "gateway")), setting, value));
    }

    private GatewayVerticle another(GatewayConfig config) {
        var other = new GatewayVerticle(config);
        Await.await(vertx.deployVerticle(other));
        return other;
    }

    /** The same request to another gateway. */
    GatewayAnswer sendTo(GatewayVerticle other, HttpRequest.Builder request) throws IOException, InterruptedException {
        return send(to(other, request));
    }

    HttpRequest.Builder to(GatewayVerticle other, HttpRequest.Builder request) {
        var path = request.build().uri().getRawPath();
        return request.uri(URI.create("http://127.0.0.1:" + other.port("api") + path));
    }

    static GatewayConfig config(URI auth, URI registry, NatsConfig nats) {
        return config(auth, registry, nats, PATIENCE, QUOTAS);
    }

    static GatewayConfig config(URI auth, URI registry, NatsConfig nats, Duration patience, QuotaSettings quotas) {
        return new GatewayConfig(
                new GatewayConfig.Ports(0, 0, 0),
                new GatewayConfig.Services(auth, registry),
                http(),
                nats,
                patience,
                new LiveResponse.Limits(HEARTBEAT, STALL),
                quotas,
                CLIENT,
                64L << 20,
                AddressRanges.NONE,
                new BrowserCookies(null),
                GatewayConfig.Tls.NONE,
                TrustRoot.NONE,
                OpeningKeys.ofHooks(Env.of(HOOK_KEYS.ofGateway())),
                Duration.ofMinutes(5),
                BATCH_ITEMS);
    }

    private static String password(String user) {
        return "secret-of-" + user;
    }

    private static NatsConfig bus(String url, String user) {
        return Records.with(NatsConfig.local(url), "user", user, "password", new Secret(password(user)));
    }

    /** A connection that may change streams and buckets. */
    Nats connectAsGateway() throws Exception {
        return Nats.connect(bus(server.url(), "gateway"), "another gateway");
    }

    void removeStream(String name) throws Exception {
        var connection = administrator();
        try {
            connection.jetStreamManagement().deleteStream(name);
        } finally {
            connection.close();
        }
    }

    io.nats.client.Connection administrator() throws IOException, InterruptedException {
        return io.nats.client.Nats.connect(new io.nats.client.Options.Builder()
                .server(server.url())
                .userInfo("registry", password("registry"))
                .inboxPrefix("_INBOX_registry.")
                .build());
    }

    /** Two event loops, and an idle timeout that heartbeats must prevent. */
    private static HttpConfig http() {
        return Records.with(HttpConfig.loopback(), "idleTimeout", IDLE, "maxConnections", CONNECTIONS, "instances", 2);
    }

    /** Creates a function of alice like the registry, and waits until the gateway has it. */
    FunctionRevision function(String name) {
        return function(alice, FunctionSpec.of(name, "registry.example/" + name + ":1"));
    }

    FunctionRevision function(String owner, FunctionSpec spec) {
        var now = Instant.now();
        return publish(new FunctionRevision(Ids.function(now), owner, 1, null, now, now, spec));
    }

    FunctionRevision revise(FunctionRevision old, FunctionSpec spec) {
        return publish(new FunctionRevision(
                old.id(), old.owner(), old.revision() + 1, null, old.createdAt(), Instant.now(), spec));
    }

    FunctionRevision publish(FunctionRevision function) {
        var key = FunctionRevision.key(function.owner(), function.spec().name());
        awaitSeen(Await.await(bus.kv(Subjects.FUNCTIONS).put(key, Codec.encode(function))));
        return function;
    }

    static FunctionSpec spec(String name, @Nullable List<String> command, int maxPending) {
        var usual = FunctionSpec.of(name, "registry.example/" + name + ":1");
        return Records.with(usual, "command", command, "queue", new Queue(maxPending, 86_400));
    }

    static FunctionSpec withoutArgument(String name) {
        return Records.with(FunctionSpec.of(name, "registry.example/" + name + ":1"), "argumentAs", ArgumentAs.NONE);
    }

    /** The gateway holds back the response to a write until its cache has it. */
    private void awaitSeen(long revision) {
        registry.answers(request -> request.response()
                .putHeader("Faas-Function-Sequence", Long.toString(revision))
                .end());
        try {
            send(as(alice, "/v1/functions/any").DELETE());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        registry.answersNothing();
    }

    public HttpRequest.Builder request(String path) {
        return request("api", path);
    }

    HttpRequest.Builder request(String listener, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port(listener) + path))
                .timeout(Duration.ofSeconds(70));
    }

    HttpRequest.Builder as(String user, String path) {
        return request(path).header("Authorization", signer.bearer(user));
    }

    public GatewayAnswer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return new GatewayAnswer(client.send(request.build(), BodyHandlers.ofByteArray()));
    }

    /** Sends these bytes and reads until the gateway closes the connection. */
    String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port("api"))) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    GatewayAnswer get(String path) throws IOException, InterruptedException {
        return send(as(alice, path));
    }

    GatewayAnswer submit(String function, String type, byte[] body) throws IOException, InterruptedException {
        return send(submission(function, type, BodyPublishers.ofByteArray(body)));
    }

    GatewayAnswer submit(String function, String argument) throws IOException, InterruptedException {
        return submit(function, "text/plain", argument.getBytes(StandardCharsets.UTF_8));
    }

    HttpRequest.Builder submission(String function, String type, BodyPublisher body) {
        return as(alice, "/v1/functions/" + function + "/activations")
                .header("Content-Type", type)
                .POST(body);
    }

    /** Submits and returns the id. */
    String accepted(String function, String argument) throws IOException, InterruptedException {
        var answer = submit(function, argument);
        if (answer.status() != 202) {
            throw new AssertionError(answer.status() + " " + answer.text());
        }
        return answer.field("activationId");
    }

    /** Claims the activation like a spawner. */
    SpawnerRun claim(String id) {
        return SpawnerRun.claim(events, id);
    }

    void stopGateway() {
        if (deployment != null) {
            var running = deployment;
            deployment = null;
            Await.await(vertx.undeploy(running));
        }
    }

    @Override
    public void close() throws IOException {
        stopGateway();
        client.close();
        bus.close();
        busOfAuth.close();
        Await.await(vertx.close());
        relay.close();
        server.close();
    }
}
