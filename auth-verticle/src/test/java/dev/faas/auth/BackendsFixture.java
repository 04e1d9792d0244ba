package dev.faas.auth;

import static dev.faas.testing.Await.await;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** New backends for each test, which starts services on them itself. */
abstract class BackendsFixture {
    static final String PASSWORD = "correct horse battery";

    @TempDir
    Path directory;

    Backends backends;
    Vertx vertx;

    @BeforeEach
    void startBackends() throws Exception {
        backends = Backends.start(directory);
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stopBackends() throws Exception {
        await(vertx.close());
        backends.close();
    }
}
