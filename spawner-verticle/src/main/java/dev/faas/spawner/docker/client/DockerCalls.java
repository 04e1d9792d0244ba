package dev.faas.spawner.docker.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.faas.spawner.engine.ContainerEngine.CallTimes;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.wire.ImageReference;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls the Docker daemon, each call with a time limit. The transport has no limit for a Unix socket (SO_TIMEOUT does
 * nothing to a SocketChannel), so each call runs on its own virtual thread; interrupting that closes its connection.
 */
public final class DockerCalls implements AutoCloseable {
    private static final Duration REMOVE_LIMIT = Duration.ofSeconds(30);

    /** The newest API version that this code was written for. */
    private static final RemoteApiVersion NEWEST_SUPPORTED = RemoteApiVersion.create(1, 45);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI host;
    private final RemoteApiVersion version;
    private final DockerClient docker;
    private volatile CallTimes times = CallTimes.NONE;

    private DockerCalls(URI host, RemoteApiVersion version) {
        this.host = host;
        this.version = version;
        var config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(host.toString())
                .withApiVersion(version)
                .withDockerConfig("/dev/null") // docker-java reads no contexts and no logins by itself
                .build();
        var transport = new ZerodepDockerHttpClient.Builder()
                .dockerHost(host)
                .sslConfig(config.getSSLConfig())
                .build();
        this.docker = DockerClientImpl.getInstance(config, transport);
    }

    /** Connects with the newest API version that both sides support: newer daemons drop old versions. */
    public static DockerCalls connect(URI host, Duration limit) throws EngineFault {
        try (var probe = new DockerCalls(host, RemoteApiVersion.UNKNOWN_VERSION)) {
            var daemon = probe.call(limit, "version", d -> d.versionCmd().exec());
            var newest = RemoteApiVersion.parseConfig(daemon.getApiVersion());
            var oldest = RemoteApiVersion.parseConfigWithDefault(daemon.getMinAPIVersion());
            var version = newest.isGreaterOrEqual(NEWEST_SUPPORTED) ? NEWEST_SUPPORTED : newest;
            return new DockerCalls(host, oldest.isGreater(version) ? oldest : version);
        }
    }

    public void observe(CallTimes listener) {
        times = listener;
    }

    public CallTimes times() {
        return times;
    }

    /**
     * Blocks until the daemon answers.
     *
     * @param what names the call in errors and metrics: a literal
     * @throws DockerRefusal if the daemon answered with an error
     * @throws EngineFault if the daemon did not answer within the limit
     */
    public <T> T call(Duration limit, String what, Function<DockerClient, T> call) throws EngineFault {
        return callWithLimit(limit, what, () -> call.apply(docker));
    }

    /** Attaches to a container: its output from now on, and its stdin. */
    public Attachment attach(Duration limit, String container) throws EngineFault {
        return callWithLimit(limit, "attach", () -> Attachment.open(host, "v" + version.getVersion(), container));
    }

    /** The digest that an image has in its registry, which the daemon asks; docker-java does not have this call. */
    public String registryDigest(Duration limit, ImageReference image, @Nullable AuthConfig auth) throws EngineFault {
        return callWithLimit(limit, "question to a registry", () -> askForDigest(image.toString(), auth));
    }

    private String askForDigest(String image, @Nullable AuthConfig auth) throws IOException {
        var name = image.replace("[", "%5B").replace("]", "%5D"); // of an IPv6 host
        var headers = auth == null
                ? Map.<String, String>of()
                : Map.of("X-Registry-Auth", Base64.getUrlEncoder().encodeToString(JSON.writeValueAsBytes(auth)));
        var answer = PlainGet.send(host, "/v" + version.getVersion() + "/distribution/" + name + "/json", headers);
        if (answer.status() != 200) {
            throw new DockerException(answer.body(), answer.status());
        }
        return JSON.readTree(answer.body()).path("Descriptor").path("digest").asText();
    }

    private <T> T callWithLimit(Duration limit, String what, Callable<T> call) throws EngineFault {
        long begin = System.nanoTime();
        var task = new FutureTask<>(call);
        Thread.ofVirtual().name("docker-" + what).start(task);
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new EngineFault("Docker at " + host + ": " + what + " took longer than " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted during the Docker call " + what, e);
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case DockerException answer -> new DockerRefusal(answer);
                default -> new EngineFault("Docker at " + host + ": " + what + " failed: " + reason(e.getCause()), e);
            };
        } finally {
            task.cancel(true);
            times.called(what, Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    /** For calls with a streamed answer: the caller sets the limit, with {@link StreamedReply#awaitEnd}. */
    public DockerClient streamingClient() {
        return docker;
    }

    @Override
    public void close() {
        try {
            docker.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String reason(Throwable fault) {
        var root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    /** Kills and removes a container with its volumes. Does nothing if it is gone or is being removed. */
    public void removeContainer(String idOrName) throws EngineFault {
        try {
            call(
                    REMOVE_LIMIT,
                    "removal of a container",
                    d -> d.removeContainerCmd(idOrName)
                            .withForce(true)
                            .withRemoveVolumes(true)
                            .exec());
        } catch (DockerRefusal e) {
            if (!e.isNotFound() && !e.isConflict()) { // conflict: another call is removing it
                throw e;
            }
        }
    }
}
