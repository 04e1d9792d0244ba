package dev.faas.spawner.docker.image;

import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.wire.ImageReference;
import java.time.Duration;

/** Asks registries, by way of the Docker host, for the digest of an image. Nothing is pulled, and no name changes. */
public final class RegistryDigests {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final DockerCalls docker;
    private final RegistryLogins logins;

    public RegistryDigests(DockerCalls docker, RegistryLogins logins) {
        this.docker = docker;
        this.logins = logins;
    }

    /** The image with its digest: the function's owner gets it from its registry. */
    ImageReference find(ImageReference image, boolean byAdmin) throws SandboxUnavailable {
        var login = logins.of(image, byAdmin);
        try {
            var digest = docker.registryDigest(LIMIT, image, login.auth());
            return ImageReference.parse(image.repository() + "@" + digest)
                    .orElseThrow(() -> PullFailure.of(image, "unexpected digest " + digest, login));
        } catch (EngineFault e) {
            throw PullFailure.of(image, String.valueOf(e.getMessage()), login);
        }
    }
}
