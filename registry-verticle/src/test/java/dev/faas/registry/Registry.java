package dev.faas.registry;

import static dev.faas.testing.Await.await;

import dev.faas.nats.Nats;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.testing.TestKey;
import dev.faas.wire.Ids;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A running registry with real backends, its users, and the test's own NATS connection. */
final class Registry {
    final Backends backends;
    final TestKey tokens;
    final Vertx vertx = Vertx.vertx();
    final Nats bus;
    private final RegistryConfig config;
    private RegistryVerticle verticle;
    private String deployment;
    private final List<Client> clients = new ArrayList<>();

    /** How far the clock of the registry is ahead, until it is replaced. */
    volatile Duration jump = Duration.ZERO;

    private Registry(Backends backends, RegistryConfig config) throws Exception {
        this.backends = backends;
        this.tokens = TestKey.generate();
        this.config = config;
        this.verticle = new RegistryVerticle(config, () -> Instant.now().plus(jump));
        this.deployment = await(vertx.deployVerticle(verticle));
        this.bus = backends.connect("test");
        backends.trust(tokens);
        var probe = client(Ids.user(Instant.now()));
        Await.eventually(() -> probe.get("/v1/functions").status() == 200);
    }

    static Registry start(Path directory) throws Exception {
        return start(directory, UnaryOperator.identity());
    }

    static Registry start(Path directory, UnaryOperator<RegistryConfig> change) throws Exception {
        var backends = Backends.start(directory);
        return new Registry(backends, change.apply(backends.config()));
    }

    static RegistryConfig withTopology(RegistryConfig config, Object... changes) {
        var topology = Records.with(TopologyConfig.LOCAL, changes);
        return Records.with(config, "connections", Records.with(config.connections(), "topology", topology));
    }

    /** Stops the registry and starts another one on the same backends. */
    void replace(UnaryOperator<RegistryConfig> change) throws Exception {
        await(vertx.undeploy(deployment));
        verticle = new RegistryVerticle(change.apply(config));
        deployment = await(vertx.deployVerticle(verticle));
    }

    /** Done while no registry runs. */
    interface Meanwhile {
        void happens() throws Exception;
    }

    void withoutAny(Meanwhile meanwhile) throws Exception {
        await(vertx.undeploy(deployment));
        meanwhile.happens();
        verticle = new RegistryVerticle(config);
        deployment = await(vertx.deployVerticle(verticle));
    }

    int port() {
        return verticle.port();
    }

    int internalPort() {
        return verticle.internalPort();
    }

    /** A client of a new user. */
    Client client() throws Exception {
        return client(Ids.user(Instant.now()));
    }

    Client client(String userId) throws Exception {
        var client = new Client(verticle.port(), tokens.access(userId));
        clients.add(client);
        return client;
    }

    void stop() throws Exception {
        try (backends;
                bus) {
            clients.forEach(Client::close);
            await(vertx.undeploy(deployment));
            await(vertx.close());
        }
    }
}
