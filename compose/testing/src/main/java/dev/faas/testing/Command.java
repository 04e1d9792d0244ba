package dev.faas.testing;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a program to its end. */
public final class Command {
    private static final List<String> LIMIT = List.of("timeout", "120");

    private Command() {}

    /** Its output and errors. It must succeed within two minutes. */
    public static String run(String... line) throws IOException {
        var command = new ArrayList<>(LIMIT);
        command.addAll(List.of(line));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        var output = process.inputReader(StandardCharsets.UTF_8).readAllAsString();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", line) + " failed: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        return output;
    }
}
