package dev.faas.spawner.docker;

import dev.faas.spawner.docker.init.RunFrame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One {@link InitLab} for each test class, and the two images that most tests run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // open() asks the subclass
abstract class InitFixture {

    static final Duration LONG = Duration.ofSeconds(20);
    static final Duration GRACE = Duration.ofMillis(300);
    static final Duration SHORT = Duration.ofMillis(300);

    /** Needed for a second run in a sandbox. */
    static final String READ_ONLY = "--read-only";

    static InitLab lab;
    static String probe;
    static String busybox;

    /** Whether each run gets a root and namespaces of its own. */
    boolean nestsRuns() {
        return false;
    }

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        lab = new InitLab(directory, nestsRuns());
        probe = lab.probeImage();
        busybox = lab.image(
                InitImages.busybox()
                        .file("bin/no-shebang", 0755, InitImages.utf8("echo \"no shebang: $1\"\n"))
                        .file("bin/lost", 0755, InitImages.utf8("#!/bin/nowhere\n"))
                        .file("bin/data", 0644, new byte[] {1}),
                "ENV PATH=/bin");
    }

    @AfterAll
    static void close() throws Exception {
        lab.close();
    }

    static InitSandbox shell(String script) throws Exception {
        return lab.boot(busybox, List.of("sh", "-c", script, "function"));
    }

    static RunFrame frame(String argument, Duration timeout, Duration grace) {
        return InitSandbox.frame(argument, false, timeout, grace, Map.of());
    }
}
