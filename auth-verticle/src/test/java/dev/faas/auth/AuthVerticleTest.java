package dev.faas.auth;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.eventually;
import static dev.faas.testing.Await.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.local.NatsServer;
import dev.faas.local.ReservedPort;
import io.vertx.core.Vertx;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start succeeds or leaves nothing behind; a stop closes everything. */
class AuthVerticleTest {
    private static final Duration SHORT = Duration.ofSeconds(1);

    @TempDir
    static Path directory;

    private static Backends backends;
    private Vertx vertx;

    @BeforeAll
    static void start() throws Exception {
        backends = Backends.start(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        backends.close();
    }

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void givenARunningServiceWhenStoppedThenPortsAndConnectionsAreGone() throws Exception {
        var verticle = new AuthVerticle(backends.config());
        var deployment = await(vertx.deployVerticle(verticle));
        int api = verticle.port();
        int internal = verticle.internalPort();
        assertThat(accepts(api)).isTrue();
        assertThat(accepts(internal)).isTrue();
        assertThat(backends.natsConnections()).isEqualTo(1);

        await(vertx.undeploy(deployment));

        assertThat(accepts(api)).isFalse();
        assertThat(accepts(internal)).isFalse();
        assertNothingIsLeft();
    }

    @Test
    void givenNoPostgresWhenStartedThenItFailsInTimeSayingSo() throws Exception {
        var nowhere = "postgres://127.0.0.1:" + ReservedPort.free() + "/faas";
        var verticle = new AuthVerticle(backends.config(nowhere, backends.nats.url(), SHORT));

        assertThat(failure(vertx.deployVerticle(verticle)))
                .hasMessageContaining("auth-service")
                .hasMessageContaining(nowhere.substring("postgres://".length(), nowhere.indexOf("/faas")))
                .hasMessageContaining("FAAS_PG_URL");
        assertNothingIsLeft();
        assertThatThrownBy(verticle::port).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void givenNoNatsWhenStartedThenItFailsInTimeSayingSo() throws Exception {
        var nowhere = "nats://127.0.0.1:" + ReservedPort.free();
        var verticle = new AuthVerticle(backends.config(backends.postgres.url(), nowhere, SHORT));

        assertThat(failure(vertx.deployVerticle(verticle)))
                .hasMessageContaining("auth-service")
                .hasMessageContaining(nowhere)
                .hasMessageContaining("FAAS_NATS_URL");
        assertNothingIsLeft();
    }

    @Test
    void givenNatsWithoutStreamsWhenStartedThenItFailsInTimeNamingTheRegistry() throws Exception {
        try (var empty = NatsServer.start(directory.resolve("empty"))) {
            var verticle = new AuthVerticle(backends.config(backends.postgres.url(), empty.url(), SHORT));

            assertThat(failure(vertx.deployVerticle(verticle))).hasMessageContaining("registry-service");
            assertNothingIsLeft();
        }
    }

    @Test
    void givenAPortThatIsTakenWhenStartedThenEverythingIsUnwound() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var verticle = new AuthVerticle(backends.config("port", taken.getLocalPort()));

            assertThat(failure(vertx.deployVerticle(verticle))).hasMessageContaining("auth-service");
            assertNothingIsLeft();
        }
    }

    private void assertNothingIsLeft() throws Exception {
        // The servers notice a closed connection a moment after the client has closed it.
        eventually(() -> backends.natsConnections() == 0);
        eventually(() -> backends.postgresConnections() == 0);
        assertThat(vertx.deploymentIDs()).isEmpty();
    }

    private static boolean accepts(int port) throws Exception {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (ConnectException refused) {
            return false;
        }
    }
}
