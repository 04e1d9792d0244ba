package dev.faas.auth;

import static dev.faas.testing.Await.await;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;

/** One auth-service on a real Postgres and a real NATS, and a client of it. */
final class RunningService implements AutoCloseable {
    final Backends backends;
    final Client client;
    private final Vertx vertx = Vertx.vertx();
    private final String deployment;

    private RunningService(Backends backends, AuthConfig config) {
        this.backends = backends;
        var verticle = new AuthVerticle(config);
        this.deployment = await(vertx.deployVerticle(verticle));
        this.client = new Client(verticle.port());
    }

    static RunningService start(Path directory) throws Exception {
        var backends = Backends.start(directory);
        return new RunningService(backends, backends.config());
    }

    @Override
    public void close() throws IOException {
        client.close();
        await(vertx.undeploy(deployment));
        await(vertx.close());
        backends.close();
    }
}
