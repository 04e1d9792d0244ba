package dev.faas.spawner.docker.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.AuthConfig;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.wire.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the login for a registry in a {@code config.json} as {@code docker login} writes it. In the order of the Docker
 * CLI: {@code credHelpers}, {@code credsStore}, {@code auths}. Reads the file for each pull, so that a new login works
 * at once. No error message quotes the file.
 */
public final class RegistryCredentials {

    static final ObjectMapper JSON = new ObjectMapper();
    /** The key that {@code docker login} uses for Docker Hub. */
    private static final String DOCKER_HUB_KEY = "https://index.docker.io/v1/";

    private static final String DOCKER_HUB_HOST = "index.docker.io";
    private static final String TOKEN_USERNAME = "<token>";

    private final @Nullable Path file;
    private final String folders;

    /** @param file null: no logins */
    public RegistryCredentials(@Nullable Path file) {
        this(file, Objects.requireNonNullElse(System.getenv("PATH"), ""));
    }

    /** @param folders where credential helpers are, in the form of PATH */
    RegistryCredentials(@Nullable Path file, String folders) {
        this.file = file;
        this.folders = folders;
    }

    /** Fails if the file cannot be read. Logins and helpers are only checked by a pull. */
    public void check() throws EngineFault {
        read();
    }

    /**
     * Empty if there is no login for this registry.
     *
     * @param registry its host, with its port
     */
    Optional<AuthConfig> of(String registry) throws EngineFault {
        try {
            return of(registry, read());
        } catch (EngineFault e) {
            throw new EngineFault("the registry credentials in " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private Optional<AuthConfig> of(String registry, JsonNode config) throws EngineFault {
        var host = registry.equals(ImageReference.DOCKER_HUB) ? DOCKER_HUB_HOST : registry;
        var key = host.equals(DOCKER_HUB_HOST) ? DOCKER_HUB_KEY : host;
        var helper = text(config.path("credHelpers"), key)
                .or(() -> text(config.path("credHelpers"), host))
                .or(() -> text(config, "credsStore"));
        var found = helper.isPresent()
                ? CredentialHelper.find(helper.get(), folders).get(key).map(RegistryCredentials::fromHelper)
                : entry(config.path("auths"), key, host).flatMap(RegistryCredentials::fromEntry);
        return found.map(auth -> auth.withRegistryAddress(key));
    }

    private JsonNode read() throws EngineFault {
        if (file == null) {
            return JSON.createObjectNode();
        }
        try {
            var read = JSON.readTree(Files.readString(file));
            return read.isMissingNode() ? JSON.createObjectNode() : read; // an empty file
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            var where = at == null ? "" : ", line " + at.getLineNr() + " column " + at.getColumnNr();
            // Without the cause, whose message quotes the file.
            throw new EngineFault(file + " is not JSON" + where, null);
        } catch (IOException e) {
            throw new EngineFault(file + " cannot be read: " + e, e);
        }
    }

    private static Optional<JsonNode> entry(JsonNode auths, String key, String host) {
        if (auths.has(key)) {
            return Optional.of(auths.get(key));
        }
        return auths.properties().stream()
                .filter(each -> host(each.getKey()).equals(host))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Old versions of {@code docker login} used an address as key. */
    private static String host(String key) {
        var bare = key.replaceFirst("^https?://", "");
        int slash = bare.indexOf('/');
        return slash < 0 ? bare : bare.substring(0, slash);
    }

    private static Optional<AuthConfig> fromEntry(JsonNode entry) {
        var auth = new AuthConfig();
        text(entry, "username").ifPresent(auth::withUsername);
        text(entry, "password").ifPresent(auth::withPassword);
        text(entry, "auth").map(RegistryCredentials::decode).ifPresent(pair -> {
            int colon = pair.indexOf(':');
            if (colon > 0) {
                auth.withUsername(pair.substring(0, colon)).withPassword(pair.substring(colon + 1));
            }
        });
        text(entry, "identitytoken").ifPresent(auth::withIdentityToken);
        text(entry, "registrytoken").ifPresent(auth::withRegistrytoken);
        boolean any = auth.getUsername() != null || auth.getIdentitytoken() != null || auth.getRegistrytoken() != null;
        return any ? Optional.of(auth) : Optional.empty();
    }

    private static AuthConfig fromHelper(CredentialHelper.Login login) {
        return login.username().equals(TOKEN_USERNAME)
                ? new AuthConfig().withIdentityToken(login.secret().value())
                : new AuthConfig()
                        .withUsername(login.username())
                        .withPassword(login.secret().value());
    }

    /** Docker sometimes pads it with NULs. Text that is not base64 counts as no login. */
    private static String decode(String auth) {
        try {
            return new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8).replace("\0", "");
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static Optional<String> text(JsonNode in, String field) {
        var value = in.path(field);
        return value.isTextual() && !value.asText().isEmpty() ? Optional.of(value.asText()) : Optional.empty();
    }
}
