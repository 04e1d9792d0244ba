package dev.faas.system.deployed;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs commands as an operator types them, in one directory with some variables. Blocks. */
record Shell(Path directory, Map<String, String> environment) {
    /** The command's stdout; the exception has its stderr when it fails or takes too long. */
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

    /** Runs a whole shell line. */
    String line(Duration limit, String line) throws IOException, InterruptedException {
        return run(limit, "bash", "-euo", "pipefail", "-c", line);
    }

    List<String> lines(Duration limit, String line) throws IOException, InterruptedException {
        return line(limit, line).lines().toList();
    }

    /** Repeats a command until it prints nothing; the exception at the limit has its output. */
    void untilEmpty(Duration limit, String line) throws IOException, InterruptedException {
        try {
            line(limit, "until [ -z \"$(" + line + ")\" ]; do sleep 0.2; done");
        } catch (IOException e) {
            throw new IOException("still printed at the limit: " + line(Nodes.SHORT, line), e);
        }
    }

    /** A shell with further variables. */
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
