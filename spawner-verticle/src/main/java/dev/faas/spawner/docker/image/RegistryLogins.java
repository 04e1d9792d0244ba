package dev.faas.spawner.docker.image;

import com.github.dockerjava.api.model.AuthConfig;
import dev.faas.config.ImagePolicy;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.wire.ImageReference;
import dev.faas.wire.Printable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides which function's image is asked for with which of the platform's logins. */
public final class RegistryLogins {
    private static final Logger log = LoggerFactory.getLogger(RegistryLogins.class);

    /** @param broken without a login, because the credentials could not be read */
    record Login(@Nullable AuthConfig auth, boolean broken) {
        static final Login NONE = new Login(null, false);
    }

    private final RegistryCredentials credentials;
    private final ImagePolicy policy;

    public RegistryLogins(RegistryCredentials credentials, ImagePolicy policy) {
        this.credentials = credentials;
        this.policy = policy;
    }

    /** Most images need no login, so a broken credential helper does not end the pull. */
    Login of(ImageReference image, boolean byAdmin) {
        if (!policy.mayUseLogin(image, byAdmin)) {
            return Login.NONE;
        }
        try {
            return new Login(credentials.of(image.host()).orElse(null), false);
        } catch (EngineFault e) {
            log.warn(
                    "registry credentials failed, trying without a login image={} error={}",
                    image,
                    Printable.of(String.valueOf(e.getMessage())));
            return new Login(null, true);
        }
    }
}
