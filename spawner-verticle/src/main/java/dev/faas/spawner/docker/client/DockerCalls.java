package dev.faas.spawner.docker.client;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.faas.spawner.engine.EngineFault;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Every call to the Docker daemon goes through here and gets a limit in time. The transport knows none for a Unix
 * socket (SO_TIMEOUT does nothing to a SocketChannel), so a call runs on a virtual thread of its own, and interrupting
 * that closes its connection.
 */
public final class DockerCalls implements AutoCloseable {
    private static final Duration REMOVE_LIMIT = Duration.ofSeconds(30);

    /** The newest version this code was written against. */
    private static final RemoteApiVersion NEWEST = RemoteApiVersion.create(1, 45);

    private final URI host;
    private final RemoteApiVersion version;
    private final DockerClient docker;

    private DockerCalls(URI host, RemoteApiVersion version) {
        this.host = host;
        this.version = version;
        var config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(host.toString())
                .withApiVersion(version)
                .withDockerConfig("/dev/null") // its own idea of contexts and logins: there are none
                .build();
        var transport = new ZerodepDockerHttpClient.Builder()
                .dockerHost(host)
                .sslConfig(config.getSSLConfig())
                .build();
        this.docker = DockerClientImpl.getInstance(config, transport);
    }

    /** Connects with the newest API version that both sides know: daemons drop old ones, and grow new ones. */
    public static DockerCalls connect(URI host, Duration limit) throws EngineFault {
        try (var asking = new DockerCalls(host, RemoteApiVersion.UNKNOWN_VERSION)) {
            var daemon = asking.within(limit, "version", d -> d.versionCmd().exec());
            var newest = RemoteApiVersion.parseConfig(daemon.getApiVersion());
            var oldest = RemoteApiVersion.parseConfigWithDefault(daemon.getMinAPIVersion());
            var version = newest.isGreaterOrEqual(NEWEST) ? NEWEST : newest;
            return new DockerCalls(host, oldest.isGreater(version) ? oldest : version);
        }
    }

    /** The answer, DockerRefusal when the daemon said no, or another EngineFault when it said nothing in time. */
    public <T> T within(Duration limit, String what, Function<DockerClient, T> call) throws EngineFault {
        return bounded(limit, what, () -> call.apply(docker));
    }

    /** The streams of a container, from here on. */
    public Attachment attach(Duration limit, String container) throws EngineFault {
        return bounded(limit, "attach", () -> Attachment.open(host, "v" + version.getVersion(), container));
    }

    private <T> T bounded(Duration limit, String what, Callable<T> call) throws EngineFault {
        var task = new FutureTask<>(call);
        Thread.ofVirtual().name("docker-" + what).start(task);
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new EngineFault("Docker at " + host + ": " + what + " took longer than " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted during " + what, e);
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case DockerException answer -> new DockerRefusal(answer);
                default -> new EngineFault("Docker at " + host + ": " + what + " failed: " + reason(e.getCause()), e);
            };
        } finally {
            task.cancel(true);
        }
    }

    /** For calls that go on: what comes back is bounded by whoever waits for the {@link StreamedReply}. */
    public DockerClient streaming() {
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

    /** Removes a container with its volumes; one that is gone, or is being removed, is fine. */
    public void removeContainer(String idOrName) throws EngineFault {
        try {
            within(
                    REMOVE_LIMIT,
                    "removal of a container",
                    d -> d.removeContainerCmd(idOrName)
                            .withForce(true)
                            .withRemoveVolumes(true)
                            .exec());
        } catch (DockerRefusal e) {
            if (!e.notFound() && !e.conflict()) { // conflict: its removal is under way already
                throw e;
            }
        }
    }
}
