package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.local.Directories;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** The built client, on the path of a user with a home of their own. Runs command lines as that user types them. */
public final class InstalledClient implements AutoCloseable {
    private static final Path BUILT = Path.of("..", "cli", "target", "faas");
    /** One cache for quick starts: making it takes seconds. */
    private static final Path CACHE = Path.of("target", "client-cache").toAbsolutePath();

    private static final int LIMIT_SECONDS = 120;
    private static final Duration LISTED = Duration.ofSeconds(60);

    /** What a command line printed. */
    public static final class Result {
        private final int exit;
        private final byte[] bytes;
        private final String err;

        private Result(int exit, byte[] bytes, String err) {
            this.exit = exit;
            this.bytes = bytes;
            this.err = err;
        }

        public int exit() {
            return exit;
        }

        public byte[] bytes() {
            return bytes.clone();
        }

        public String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        public String err() {
            return err;
        }

        /** The output of a command line that must succeed. */
        public String orThrow() {
            assertThat(exit).as(err).isZero();
            return out();
        }
    }

    private final Path home;
    private final Map<String, String> environment = new HashMap<>();

    private InstalledClient(Path home) {
        this.home = home;
    }

    /** Nobody is logged in. */
    public static InstalledClient install() throws IOException, InterruptedException {
        var home = Files.createTempDirectory("faas-client-");
        var bin = Files.createDirectory(home.resolve("bin"));
        Files.copy(BUILT, bin.resolve("faas"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        var client = new InstalledClient(home);
        client.environment.put("HOME", home.toString());
        client.environment.put("PATH", bin + ":" + System.getenv("PATH"));
        client.environment.put("LC_ALL", "C.UTF-8");
        client.environment.put("TERM", "xterm-256color");
        client.environment.put("JAVA_HOME", System.getProperty("java.home"));
        client.environment.put("XDG_CACHE_HOME", CACHE.toString());
        client.run("--create-cache");
        return client;
    }

    /** A new user of that platform, registered through the client and logged in. */
    public static InstalledClient of(URI api) throws IOException, InterruptedException {
        var client = install();
        var name = "user-" + UUID.randomUUID().toString().substring(0, 12);
        client.shell("echo 'correct horse battery staple' | faas register %s -u %s --password-stdin"
                        .formatted(api, name))
                .orThrow();
        return client;
    }

    public Path home() {
        return home;
    }

    public Map<String, String> environment() {
        return environment;
    }

    public InstalledClient with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Runs {@code faas} with these words, without standard input. */
    public Result run(String... words) throws IOException, InterruptedException {
        return begin(words).end();
    }

    /** Runs a line of bash. */
    public Result shell(String line) throws IOException, InterruptedException {
        return run(new byte[0], List.of("bash", "-uc", line));
    }

    /** Runs it with this standard input. */
    public Result run(byte[] input, List<String> command) throws IOException, InterruptedException {
        var running = new Running(command, start(command));
        try (var stdin = running.process.getOutputStream()) {
            stdin.write(input);
        } catch (IOException e) {
            // It ended before it read all.
        }
        return running.end();
    }

    /** The user's activations, as far as the ledger has them. */
    public List<JsonNode> activations() throws IOException, InterruptedException {
        var items = Codec.readTree(
                run("act", "list", "--all", "-o", "json").orThrow().getBytes(StandardCharsets.UTF_8));
        return StreamSupport.stream(items.spliterator(), false).toList();
    }

    /** Waits until the ledger has so many; each must have succeeded with its first attempt, and there are no others. */
    public List<JsonNode> awaitEachRanOnce(int count) throws IOException, InterruptedException {
        Await.until(
                "the ends of " + count,
                LISTED,
                () -> activations().stream()
                                .filter(item -> !item.path("finishedAt").isNull())
                                .count()
                        >= count);
        var items = activations();
        assertThat(items).hasSize(count).allSatisfy(item -> {
            assertThat(item.path("status").asText()).isEqualTo("succeeded");
            assertThat(item.path("attempt").asInt()).isEqualTo(1);
        });
        return items;
    }

    /** Starts {@code faas} with these words, without standard input. */
    public Running begin(String... words) throws IOException {
        var command = new ArrayList<>(List.of("faas"));
        command.addAll(List.of(words));
        var running = new Running(command, start(command));
        running.process.getOutputStream().close();
        return running;
    }

    /** A command line that runs; its output is collected as it comes. */
    public static final class Running {
        private final List<String> command;
        private final Process process;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final CompletableFuture<Void> read;

        private Running(List<String> command, Process process) {
            this.command = command;
            this.process = process;
            read = CompletableFuture.allOf(copy(process.getInputStream(), out), copy(process.getErrorStream(), err));
        }

        private static CompletableFuture<Void> copy(InputStream from, ByteArrayOutputStream to) {
            return CompletableFuture.runAsync(
                    () -> {
                        try {
                            from.transferTo(to);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    Thread::startVirtualThread);
        }

        /** Bytes of standard output until now. */
        public int received() {
            return out.size();
        }

        public boolean isAlive() {
            return process.isAlive();
        }

        /** Waits for its end. */
        public Result end() throws InterruptedException {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError(command + " does not end; stderr: " + err.toString(StandardCharsets.UTF_8));
            }
            read.join();
            return new Result(process.exitValue(), out.toByteArray(), err.toString(StandardCharsets.UTF_8));
        }
    }

    /** For a command line that a test interrupts. */
    public Process start(List<String> command) throws IOException {
        var builder = new ProcessBuilder(new ArrayList<>(command)).directory(home.toFile());
        // A shell's path is used for the first word only.
        builder.command()
                .set(
                        0,
                        command.getFirst().equals("faas")
                                ? home.resolve("bin/faas").toString()
                                : command.getFirst());
        builder.environment().keySet().removeIf(name -> name.startsWith("FAAS_"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** A client that has just been killed may still write. */
    @Override
    public void close() {
        Await.until("no client writes any more", () -> {
            try {
                Directories.delete(home);
                return true;
            } catch (DirectoryNotEmptyException e) {
                return false;
            }
        });
    }
}
