package dev.faas.system.cli;

import dev.faas.spawner.docker.TestImages;
import dev.faas.system.outage.Processes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One platform for all tests of a class; for each a new user with the installed client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PlatformOfProcesses {
    private final Map<String, String> settings = new HashMap<>(Map.of("FAAS_SLOTS", "4"));
    private final String script;

    TestImages images;
    Processes platform;
    InstalledClient client;

    /** @param script of the function {@code report} */
    PlatformOfProcesses(String script, Map<String, String> settings) {
        this.script = script;
        this.settings.putAll(settings);
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        images = new TestImages(TestImages.dockerHost());
        platform = new Processes(directory, settings);
    }

    @AfterAll
    void stop() throws Exception {
        platform.close();
        images.close();
    }

    @BeforeEach
    void logIn() throws Exception {
        client = InstalledClient.of(platform.api());
        client.run("fn", "create", "report", "--image", images.script(script)).orThrow();
    }

    @AfterEach
    void close() {
        client.close();
    }
}
