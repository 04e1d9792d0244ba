package dev.faas.system.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.system.WholeSystem;
import dev.faas.testing.Await;
import dev.faas.testing.FaultyLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the programs of the guides as they are, over a connection that is lost once while they read a stream. */
@ExtendWith(WholeSystem.class)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GuidesIT {
    private static final Path GUIDES = Path.of("..", "..", "docs", "guides");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern BLOCK = Pattern.compile("```\\w+ run\n(.*?)```", Pattern.DOTALL);

    @ParameterizedTest
    @CsvSource({
        "curl, bash -eu, guide.sh",
        "javascript, node, guide.mjs",
        "java, java, myGuide.java",
        "python, python3 -u, guide.py"
    })
    void aGuideGetsEachLineOnce_theResult_andTheProblem(
            String guide, String command, String file, WholeSystem.Running system, @TempDir Path folder)
            throws Exception {
        var program = Files.writeString(
                folder.resolve(file),
                program(guide).replace("busybox", system.images().load(BusyboxImage.bare())));
        var output = folder.resolve("output");
        try (var link = FaultyLink.to(system.api().getPort())) {
            var process = start(command, program, output, link.port());
            try {
                Await.until("the second line", LIMIT, () -> {
                    assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
                    return Files.readString(output).contains("line 2");
                });
                assertThat(link.cut()).isPositive();

                assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } finally {
                process.destroyForcibly();
            }
            assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        }

        var said = Files.readString(output);
        assertThat(Pattern.compile("line \\d").matcher(said).results().map(line -> line.group()))
                .as(said)
                .containsExactly("line 1", "line 2", "line 3");
        assertThat(said).contains("hello", "function_not_found");
    }

    private static String program(String guide) throws IOException {
        return BLOCK.matcher(Files.readString(GUIDES.resolve(guide + ".md")))
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining());
    }

    private static Process start(String command, Path program, Path output, int port) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var words = (command.replace("java", java) + " " + program).split(" ");
        var builder = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("FAAS_URL", "http://127.0.0.1:" + port);
        return builder.start();
    }
}
