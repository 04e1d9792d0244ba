package dev.faas.spawner.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PushResponseItem;
import dev.faas.local.ChildProcess;
import dev.faas.local.ReservedPort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs a registry: Debian's docker-registry as a child process on a free loopback port, which Docker trusts without
 * TLS.
 */
public final class TestRegistry implements AutoCloseable {

    private static final String USER = "ada";
    private static final String PASSWORD = "open sesame";
    /** User and password as htpasswd writes them. */
    private static final String LOGINS = "ada:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";

    private static final Set<Integer> UP = Set.of(200, 401);

    private final String address;
    private final ChildProcess process;
    private final boolean needsLogin;

    private TestRegistry(String address, ChildProcess process, boolean closed) {
        this.address = address;
        this.process = process;
        this.needsLogin = closed;
    }

    public static TestRegistry start(Path directory) throws IOException {
        return start(directory, "", false, List.of());
    }

    /** In the network of this Docker; serves what an earlier registry has stored in the directory. */
    public static TestRegistry start(Path directory, OwnDocker docker) throws IOException {
        return start(directory, "", false, docker.networkCommand());
    }

    /** With a login: only {@code ada} has access. */
    public static TestRegistry withLogin(Path directory) throws IOException {
        var logins = Files.writeString(directory.resolve("htpasswd"), LOGINS);
        return start(directory, "auth: {htpasswd: {realm: test, path: %s}}\n".formatted(logins), true, List.of());
    }

    private static TestRegistry start(Path directory, String more, boolean closed, List<String> wrapper)
            throws IOException {
        int port = ReservedPort.free();
        var address = "127.0.0.1:" + port;
        var config = Files.writeString(
                directory.resolve("config.yml"), """
                version: 0.1
                log: {level: warn}
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "%s"}
                """.formatted(directory.resolve("images"), address) + more);
        var line = List.of("/usr/bin/docker-registry", "serve", config.toString());
        var process = ChildProcess.start(new ChildProcess.Command(
                "docker-registry",
                line,
                wrapper,
                Map.of("PATH", System.getenv("PATH")),
                Path.of("/dev/null"),
                directory.resolve("registry.log"),
                "KILL",
                "TERM",
                Duration.ofSeconds(10)));
        process.awaitReady(
                Duration.ofSeconds(20),
                () -> wrapper.isEmpty() ? isAnswering(address) : isListening(process.pid(), port));
        return new TestRegistry(address, process, closed);
    }

    /** Where it listens. */
    URI uri() {
        return URI.create("http://" + address);
    }

    /** Must not appear in any log. */
    public static List<String> secrets() {
        return List.of(PASSWORD, auth());
    }

    private static String auth() {
        return Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    }

    /** As {@code docker login} would write it. */
    public String config() {
        return "{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}".formatted(address, auth());
    }

    /** A reference in this registry; the image need not exist. */
    public String reference(String name) {
        return address + "/" + name;
    }

    /** Puts a new image into the registry and removes it from Docker. */
    public String publish(TestImages images, BusyboxImage image, String name, String tag) throws InterruptedException {
        var source = images.load(image);
        var reference = push(images, source, name, tag);
        images.unload(source);
        return reference;
    }

    /** Pushes an image that Docker has; leaves no name of the registry in Docker. */
    public String push(TestImages images, String source, String name, String tag) throws InterruptedException {
        var docker = images.docker();
        var repository = reference(name);
        docker.tagImageCmd(source, repository, tag).exec();
        try {
            var command = docker.pushImageCmd(repository).withTag(tag);
            if (needsLogin) {
                command.withAuthConfig(new AuthConfig()
                        .withRegistryAddress(address)
                        .withUsername(USER)
                        .withPassword(PASSWORD));
            }
            var pushing = command.exec(new Pushing());
            if (!pushing.awaitCompletion(60, TimeUnit.SECONDS)) {
                throw new AssertionError("push took longer than 60 s");
            }
            if (pushing.refusal != null) {
                throw new AssertionError("push failed: " + pushing.refusal);
            }
        } finally {
            docker.removeImageCmd(repository + ":" + tag).exec();
        }
        return repository + ":" + tag;
    }

    /** Docker reports a failed push as a line of a stream that always ends normally. */
    private static final class Pushing extends ResultCallback.Adapter<PushResponseItem> {
        private volatile @Nullable String refusal;

        @Override
        public void onNext(PushResponseItem line) {
            if (line.isErrorIndicated()) {
                refusal = String.valueOf(line.getErrorDetail());
            }
        }
    }

    @Override
    public void close() throws IOException {
        process.close();
    }

    /** Reads the sockets of the registry's own network namespace. */
    private static boolean isListening(long pid, int port) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/net/tcp"))
                    .contains("0100007F:%04X 00000000:0000 0A".formatted(port));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isAnswering(String address) {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://" + address + "/v2/"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return UP.contains(client.send(request, BodyHandlers.discarding()).statusCode());
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
