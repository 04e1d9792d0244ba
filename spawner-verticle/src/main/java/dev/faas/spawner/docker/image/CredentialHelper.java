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
 * A program {@code docker-credential-<name>} that keeps logins (the protocol of docker/docker-credential-helpers): it reads
 * the server's address from stdin, and answers in JSON.
 */
final class CredentialHelper {

    /** What it has answered; {@code <token>} for a name stands for an identity token. */
    record Found(String username, Secret secret) {}

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final String NONE = "credentials not found in native keychain";

    private final Path program;

    private CredentialHelper(Path program) {
        this.program = program;
    }

    /** @param folders where programs are, as PATH has them */
    static CredentialHelper named(String name, String folders) throws EngineFault {
        if (!NAME.matcher(name).matches()) {
            throw new EngineFault("they name a helper that cannot be one", null);
        }
        var program = "docker-credential-" + name;
        return Stream.of(folders.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .map(CredentialHelper::new)
                .orElseThrow(() -> new EngineFault(
                        "they are with " + program + ", which is not on the spawner's PATH. Install it there, or let"
                                + " FAAS_DOCKER_CONFIG name a config.json with 'auths'",
                        null));
    }

    /** Empty when it knows none for this server. Blocks, ten seconds at most. */
    Optional<Found> get(String server) throws EngineFault {
        return get(server, LIMIT);
    }

    Optional<Found> get(String server, Duration limit) throws EngineFault {
        try {
            var process = new ProcessBuilder(program.toString(), "get")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                return answered(process, server, limit);
            } finally {
                // First its children, while it can be told that they are: they hold the pipe too.
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new EngineFault(program + " cannot be run: " + e.getMessage(), e);
        }
    }

    private Optional<Found> answered(Process process, String server, Duration limit) throws EngineFault {
        long until = System.nanoTime() + limit.toNanos();
        var answer = new FutureTask<>(() -> talk(process, server));
        // Left behind at the end of the limit: a child that outlives the program may keep the pipe open.
        Thread.ofVirtual().name("credential-helper").start(answer);
        try {
            var said = answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            if (!process.waitFor(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new EngineFault(program + " did not end within " + limit, null);
            }
            return process.exitValue() == 0 ? Optional.of(found(said)) : none(said);
        } catch (TimeoutException e) {
            throw new EngineFault(program + " did not answer within " + limit, e);
        } catch (ExecutionException e) {
            throw new EngineFault(program + " did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted while " + program + " was asked", e);
        }
    }

    private static String talk(Process process, String server) throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(server.getBytes(StandardCharsets.UTF_8));
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private Found found(String said) throws EngineFault {
        try {
            var json = RegistryCredentials.JSON.readTree(said);
            return new Found(
                    json.path("Username").asText(),
                    new Secret(json.path("Secret").asText()));
        } catch (JsonProcessingException e) {
            throw new EngineFault(program + " did not answer in JSON", null); // the cause would quote the answer
        }
    }

    /** It says on stdout why not; only that there are none is no fault. */
    private Optional<Found> none(String said) throws EngineFault {
        if (said.contains(NONE)) {
            return Optional.empty();
        }
        throw new EngineFault(program + " failed", null);
    }
}
