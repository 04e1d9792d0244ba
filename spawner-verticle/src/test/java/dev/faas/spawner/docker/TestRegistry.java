package dev.faas.spawner.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.PushResponseItem;
import dev.faas.local.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A registry for pulls: Debian's docker-registry as a child on a free loopback port, which Docker trusts without TLS. */
public final class TestRegistry implements AutoCloseable {

    private final String address;
    private final ChildProcess process;

    private TestRegistry(String address, ChildProcess process) {
        this.address = address;
        this.process = process;
    }

    public static TestRegistry start(Path directory) throws IOException {
        var address = "127.0.0.1:" + freePort();
        var config =
                Files.writeString(directory.resolve("config.yml"), """
                version: 0.1
                log: {level: warn}
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "%s"}
                """.formatted(directory.resolve("images"), address));
        var line = List.of("/usr/bin/docker-registry", "serve", config.toString());
        var process = ChildProcess.start(
                ChildProcess.Command.of("docker-registry", line, Map.of(), directory.resolve("registry.log")));
        process.awaitReady(Duration.ofSeconds(20), () -> answers(address));
        return new TestRegistry(address, process);
    }

    /** A reference in this registry, whether there is such an image or not. */
    public String reference(String name) {
        return address + "/" + name;
    }

    /** Puts an image that Docker has into the registry, and leaves no name of it in Docker. */
    public String push(TestImages images, String source, String name, String tag) throws InterruptedException {
        var docker = images.docker();
        var repository = reference(name);
        docker.tagImageCmd(source, repository, tag).exec();
        try {
            var pushed = docker.pushImageCmd(repository)
                    .withTag(tag)
                    .exec(new ResultCallback.Adapter<PushResponseItem>())
                    .awaitCompletion(60, TimeUnit.SECONDS);
            if (!pushed) {
                throw new AssertionError("push took longer than 60 s");
            }
        } finally {
            docker.removeImageCmd(repository + ":" + tag).exec();
        }
        return repository + ":" + tag;
    }

    @Override
    public void close() throws IOException {
        process.close();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean answers(String address) {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://" + address + "/v2/"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
