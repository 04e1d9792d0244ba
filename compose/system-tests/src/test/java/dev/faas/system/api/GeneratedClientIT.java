package dev.faas.system.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.WholeSystem;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The client that a common generator makes of openapi.yaml, as it comes. It is made by the profile {@code generated-client}. */
@ExtendWith(WholeSystem.class)
@EnabledIf("isGenerated")
class GeneratedClientIT {
    private static final Path GENERATED = Path.of("target/generated-client/src/main/java");
    private static final Path STORY = Path.of("src/test/client/Story.java");

    static boolean isGenerated() {
        return Files.isDirectory(GENERATED);
    }

    @Test
    @Timeout(value = 180, unit = TimeUnit.SECONDS)
    void itCompiles_andItsUserGetsResultsAndProblems(WholeSystem.Running system, @TempDir Path classes)
            throws Exception {
        compile(classes);

        var log = classes.resolve("story.log");
        var story = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes + ":" + System.getProperty("java.class.path"),
                        "Story",
                        system.api().toString(),
                        system.images().script("echo \"$1\""))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(story.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            story.destroyForcibly();
        }

        assertThat(Files.readAllLines(log))
                .containsExactly(
                        "registered generated",
                        "created echo at revision 1",
                        "submitted once: true",
                        "succeeded with exit code 0",
                        "result hello",
                        "refused 409 function_exists",
                        "refused 404 function_not_found",
                        "refused 400 invalid_request name");
    }

    private static void compile(Path to) throws Exception {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var messages = new StringWriter();
        var sources = new ArrayList<>(List.of(STORY));
        try (var generated = Files.walk(GENERATED)) {
            generated.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
        }
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var options =
                    List.of("-nowarn", "-proc:none", "-cp", System.getProperty("java.class.path"), "-d", to.toString());
            var task =
                    compiler.getTask(messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources));
            assertThat(task.call()).as(messages.toString()).isTrue();
        }
    }
}
