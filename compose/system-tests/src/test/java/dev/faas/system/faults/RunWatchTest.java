package dev.faas.system.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs root, for process accounting. */
class RunWatchTest {
    @Test
    void eachProcessIsCountedOnce_howeverShortItLivesOrItEnds(@TempDir Path folder) throws Exception {
        try (var watch = RunWatch.start("w7-")) {
            for (int i = 0; i < 200; i++) {
                end(start(folder, "w7-once-" + i));
            }
            end(start(folder, "w7-once-7"));
            start(folder, "w7-once-killed", "sleep", "60").destroyForcibly().waitFor();

            assertThat(watch.countRuns())
                    .hasSize(201)
                    .containsEntry("w7-once-0", 1)
                    .containsEntry("w7-once-7", 2)
                    .containsEntry(RunWatch.name("w7-once-killed"), 1);
        }
    }

    private static Process start(Path folder, String name, String... applet) throws IOException {
        var program = folder.resolve(name);
        if (!Files.exists(program)) {
            Files.copy(
                    Path.of(applet.length == 0 ? "/bin/true" : "/bin/sleep"),
                    program,
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        return (applet.length == 0
                        ? new ProcessBuilder(program.toString())
                        : new ProcessBuilder(program.toString(), applet[1]))
                .start();
    }

    private static void end(Process process) throws InterruptedException {
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
