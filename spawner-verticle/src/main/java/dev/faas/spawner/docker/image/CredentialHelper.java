package dev.faas.spawner.docker.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.faas.config.Secret;
import dev.faas.spawner.engine.EngineFault;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs a program {@code docker-credential-<name>} to get a login (protocol of docker/docker-credential-helpers): it
 * reads the server's address from stdin and answers in JSON.
 */
final class CredentialHelper {

    /** The user name {@code <token>} means that the secret is an identity token. */
    record Login(String username, Secret secret) {}

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final String NOT_FOUND = "credentials not found in native keychain";

    private final Path program;

    private CredentialHelper(Path program) {
        this.program = program;
    }

    /** @param folders to search, in the form of PATH */
    static CredentialHelper find(String name, String folders) throws EngineFault {
        if (!NAME.matcher(name).matches()) {
            throw new EngineFault("'" + name + "' is not the name of a credential helper", null);
        }
        var program = "docker-credential-" + name;
        return Stream.of(folders.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .map(CredentialHelper::new)
                .orElseThrow(() -> new EngineFault(
                        "the credential helper " + program + " is not on the spawner's PATH. Install it there, or set"
                                + " FAAS_DOCKER_CONFIG to a config.json with 'auths'",
                        null));
    }

    /** Empty if the helper has no login for this server. Blocks for at most ten seconds. */
    Optional<Login> get(String server) throws EngineFault {
        return get(server, LIMIT);
    }

    Optional<Login> get(String server, Duration limit) throws EngineFault {
        try {
            var process = new ProcessBuilder(program.toString(), "get")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                return awaitLogin(process, server, limit);
            } finally {
                // The children first, while they can still be found: they hold the pipe too.
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new EngineFault(program + " cannot be run: " + e.getMessage(), e);
        }
    }

    private Optional<Login> awaitLogin(Process process, String server, Duration limit) throws EngineFault {
        long until = System.nanoTime() + limit.toNanos();
        var answer = new FutureTask<>(() -> exchange(process, server));
        // On its own thread, because a child that outlives the helper may keep the pipe open.
        Thread.ofVirtual().name("credential-helper").start(answer);
        try {
            var text = answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            if (!process.waitFor(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new EngineFault(program + " did not end within " + limit, null);
            }
            return process.exitValue() == 0 ? Optional.of(parse(text)) : noLogin(text);
        } catch (TimeoutException e) {
            throw new EngineFault(program + " did not answer within " + limit, e);
        } catch (ExecutionException e) {
            throw new EngineFault(program + " did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted while " + program + " ran", e);
        }
    }

    private static String exchange(Process process, String server) throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(server.getBytes(StandardCharsets.UTF_8));
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private Login parse(String text) throws EngineFault {
        try {
            var json = RegistryCredentials.JSON.readTree(text);
            return new Login(
                    json.path("Username").asText(),
                    new Secret(json.path("Secret").asText()));
        } catch (JsonProcessingException e) {
            throw new EngineFault(program + " did not answer in JSON", null); // the cause quotes the answer
        }
    }

    /** A helper writes its error to stdout. Only "not found" is not a fault. */
    private Optional<Login> noLogin(String text) throws EngineFault {
        if (text.contains(NOT_FOUND)) {
            return Optional.empty();
        }
        throw new EngineFault(program + " failed; run it by hand to see why", null);
    }
}
