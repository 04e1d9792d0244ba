package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.Directories;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The built client, on the path of a user with a home of their own. Runs command lines as that user types them. */
public final class InstalledClient implements AutoCloseable {
    private static final Path BUILT = Path.of("..", "cli", "target", "faas");
    private static final int LIMIT_SECONDS = 120;

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
    public static InstalledClient install() throws IOException {
        var home = Files.createTempDirectory("faas-client-");
        var bin = Files.createDirectory(home.resolve("bin"));
        Files.copy(BUILT, bin.resolve("faas"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        var client = new InstalledClient(home);
        client.environment.put("HOME", home.toString());
        client.environment.put("PATH", bin + ":" + System.getenv("PATH"));
        client.environment.put("LC_ALL", "C.UTF-8");
        client.environment.put("TERM", "xterm-256color");
        client.environment.put("JAVA_HOME", System.getProperty("java.home"));
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
        var command = new ArrayList<>(List.of("faas"));
        command.addAll(List.of(words));
        return run(new byte[0], command);
    }

    /** Runs a line of bash. */
    public Result shell(String line) throws IOException, InterruptedException {
        return run(new byte[0], List.of("bash", "-uc", line));
    }

    /** Runs it with this standard input. */
    public Result run(byte[] input, List<String> command) throws IOException, InterruptedException {
        var process = start(command);
        var out = reading(process.getInputStream());
        var err = reading(process.getErrorStream());
        try (var stdin = process.getOutputStream()) {
            stdin.write(input);
        } catch (IOException e) {
            // It ended before it read all.
        }
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(command + " does not end; stderr: " + text(err));
        }
        return new Result(process.exitValue(), out.join(), text(err));
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

    private static CompletableFuture<byte[]> reading(java.io.InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static String text(CompletableFuture<byte[]> bytes) {
        return new String(bytes.join(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        Directories.delete(home);
    }
}
