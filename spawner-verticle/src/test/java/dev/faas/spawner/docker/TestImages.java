package dev.faas.spawner.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.LoadImageCallback;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.faas.spawner.docker.image.PulledImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Loads images for tests without a registry: tars built from {@code /bin/busybox} are loaded into a Docker daemon under
 * {@code faas-test/<this run>:<hash of the contents>} and removed again by {@link #close}. Thread-safe.
 */
public final class TestImages implements AutoCloseable {

    private final String repository =
            "faas-test/" + UUID.randomUUID().toString().substring(0, 8);
    private final Map<String, Boolean> loaded = new ConcurrentHashMap<>();
    /** The ids of images that are now only in a registry, unless pulled again. */
    private final Set<String> published = ConcurrentHashMap.newKeySet();

    private final DockerClient docker;

    public TestImages(URI dockerHost) {
        var config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(dockerHost.toString())
                .build();
        docker = DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .build());
    }

    /** The daemon that {@code DOCKER_HOST} names, else the local one. */
    public static URI dockerHost() {
        var chosen = System.getenv("DOCKER_HOST");
        return URI.create(chosen == null || chosen.isBlank() ? "unix:///var/run/docker.sock" : chosen);
    }

    /** Loads the image unless it is there; returns its reference. */
    public String load(BusyboxImage image) {
        var reference = repository + ":" + image.hash();
        loaded.computeIfAbsent(reference, tag -> {
            try (var tar = new ByteArrayInputStream(image.archive(tag))) {
                docker.loadImageAsyncCmd(tar).exec(new LoadImageCallback()).awaitMessage();
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return reference;
    }

    /** An image whose entrypoint is a shell script, with the argument as {@code $1}. */
    public String script(String script) {
        return load(BusyboxImage.running("/bin/sh", "-c", script, "function"));
    }

    /** Removes it from Docker, so that only a registry has it. */
    void unload(String reference) {
        loaded.remove(reference);
        published.add(docker.inspectImageCmd(reference).exec().getId());
        docker.removeImageCmd(reference).exec();
    }

    /** Removes what a platform has pulled. */
    public void unloadPulled(String platform) {
        docker.listImagesCmd().exec().stream()
                .flatMap(image -> PulledImage.of(image, platform).stream())
                .forEach(image ->
                        docker.removeImageCmd(image.id()).withForce(true).exec());
    }

    /** For direct calls of tests. */
    public DockerClient docker() {
        return docker;
    }

    @Override
    public void close() throws IOException {
        loaded.keySet().forEach(reference -> docker.removeImageCmd(reference).exec());
        docker.listImagesCmd().exec().stream()
                .map(Image::getId)
                .filter(published::contains)
                .forEach(id -> docker.removeImageCmd(id).withForce(true).exec());
        docker.close();
    }
}
