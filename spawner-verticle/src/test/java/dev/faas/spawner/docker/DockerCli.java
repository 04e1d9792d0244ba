package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the docker command as a user would. */
final class DockerCli {

    record Result(int code, String text, String stderr) {}

    private DockerCli() {}

    static Process start(List<String> words) throws IOException {
        return new ProcessBuilder(
                        Stream.concat(Stream.of("docker"), words.stream()).toList())
                .start();
    }

    static Result run(List<String> words) throws IOException {
        return run(words, new byte[0]);
    }

    static Result run(List<String> words, byte[] stdin) throws IOException {
        var process = start(words);
        var stderr = CompletableFuture.supplyAsync(() -> readAll(process.getErrorStream()));
        try (var in = process.getOutputStream()) {
            in.write(stdin);
        }
        var stdout = readAll(process.getInputStream());
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("docker %s ends", words)
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("docker " + words);
        }
        return new Result(process.exitValue(), stdout, stderr.join());
    }

    /** Runs a command that must succeed; returns its output. */
    static String output(String... words) throws IOException {
        var result = run(List.of(words));
        assertThat(result.code())
                .as("docker %s: %s", List.of(words), result.stderr())
                .isZero();
        return result.text().strip();
    }

    private static String readAll(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
