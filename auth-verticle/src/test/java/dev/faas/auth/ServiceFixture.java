package dev.faas.auth;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** One auth-service with its backends for all tests of a class. */
abstract class ServiceFixture {
    static final String PASSWORD = "correct horse battery";

    @TempDir
    static Path directory;

    static RunningService service;
    static Client client;

    @BeforeAll
    static void start() throws Exception {
        service = RunningService.start(directory);
        client = service.client;
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
    }
}
