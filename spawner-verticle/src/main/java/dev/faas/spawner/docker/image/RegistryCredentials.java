package dev.faas.spawner.docker.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.AuthConfig;
import dev.faas.spawner.engine.EngineFault;
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
 * Who we are to registries, by a {@code config.json} as {@code docker login} writes it: {@code credHelpers} first, then
 * {@code credsStore}, then {@code auths}, as the Docker CLI has it. Read anew for each pull, so that a new login holds at
 * once. No message tells what is in it.
 */
public final class RegistryCredentials {

    static final ObjectMapper JSON = new ObjectMapper();
    /** Under which {@code docker login} keeps those for Docker's own registry. */
    private static final String DOCKER_HUB_KEY = "https://index.docker.io/v1/";

    private static final String DOCKER_HUB_HOST = "index.docker.io";
    private static final String NAMELESS = "<token>";

    private final @Nullable Path file;
    private final String folders;

    /** @param file null: we are nobody to any registry */
    public RegistryCredentials(@Nullable Path file) {
        this(file, Objects.requireNonNullElse(System.getenv("PATH"), ""));
    }

    /** @param folders where helpers are, as PATH has them */
    RegistryCredentials(@Nullable Path file, String folders) {
        this.file = file;
        this.folders = folders;
    }

    /** Fails when the file does not serve; no more is found out before a pull. */
    public void check() throws EngineFault {
        read();
    }

    /**
     * Empty when there are none for this registry.
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
        var host = registry.equals(ImageName.DOCKER_HUB) ? DOCKER_HUB_HOST : registry;
        var key = host.equals(DOCKER_HUB_HOST) ? DOCKER_HUB_KEY : host;
        var helper = text(config.path("credHelpers"), key)
                .or(() -> text(config.path("credHelpers"), host))
                .or(() -> text(config, "credsStore"));
        var found = helper.isPresent()
                ? CredentialHelper.named(helper.get(), folders).get(key).map(RegistryCredentials::ofHelper)
                : entry(config.path("auths"), key, host).flatMap(RegistryCredentials::ofEntry);
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
            // Without the cause: its message quotes the file.
            throw new EngineFault(file + " is no JSON" + where, null);
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

    /** Logins of old have an address for a key. */
    private static String host(String key) {
        var bare = key.replaceFirst("^https?://", "");
        int slash = bare.indexOf('/');
        return slash < 0 ? bare : bare.substring(0, slash);
    }

    private static Optional<AuthConfig> ofEntry(JsonNode entry) {
        var auth = new AuthConfig();
        text(entry, "username").ifPresent(auth::withUsername);
        text(entry, "password").ifPresent(auth::withPassword);
        text(entry, "auth").map(RegistryCredentials::decoded).ifPresent(pair -> {
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

    private static AuthConfig ofHelper(CredentialHelper.Found found) {
        return found.username().equals(NAMELESS)
                ? new AuthConfig().withIdentityToken(found.secret().value())
                : new AuthConfig()
                        .withUsername(found.username())
                        .withPassword(found.secret().value());
    }

    /** Docker pads it with NULs at times. One that is no base64 is nothing. */
    private static String decoded(String auth) {
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
