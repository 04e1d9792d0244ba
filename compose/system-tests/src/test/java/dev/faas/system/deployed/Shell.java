package dev.faas.system.deployed;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Commands as an operator types them, in one directory and with some variables set. Blocks. */
record Shell(Path directory, Map<String, String> environment) {
    /** What it has written to stdout; stderr belongs to the message when it fails or takes too long. */
    String run(Duration limit, String... command) throws IOException, InterruptedException {
        var process = builder(command).start();
        process.getOutputStream().close();
        var out = reading(process.inputReader()::readAllAsString);
        var err = reading(process.errorReader()::readAllAsString);
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " did not end within " + limit + ": " + err.join());
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    String.join(" ", command) + " ended with " + process.exitValue() + ": " + out.join() + err.join());
        }
        return out.join().strip();
    }

    /** A whole line, as it stands in a manual. */
    String line(Duration limit, String line) throws IOException, InterruptedException {
        return run(limit, "bash", "-euo", "pipefail", "-c", line);
    }

    List<String> lines(Duration limit, String line) throws IOException, InterruptedException {
        return line(limit, line).lines().toList();
    }

    /** Asks until nothing is printed any more; what is printed at the limit is in the message. */
    void untilEmpty(Duration limit, String line) throws IOException, InterruptedException {
        try {
            line(limit, "until [ -z \"$(" + line + ")\" ]; do sleep 0.2; done");
        } catch (IOException e) {
            throw new IOException("there still: " + line(Nodes.SHORT, line), e);
        }
    }

    /** The same with these variables set, too. */
    Shell with(Map<String, String> more) {
        var all = new HashMap<>(environment);
        all.putAll(more);
        return new Shell(directory, all);
    }

    ProcessBuilder builder(String... command) {
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        return builder;
    }

    private static CompletableFuture<String> reading(Reading all) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return all.read();
                    } catch (IOException e) {
                        return e.toString();
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    @FunctionalInterface
    private interface Reading {
        String read() throws IOException;
    }
}
