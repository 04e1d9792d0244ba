package dev.faas.seal;

import java.nio.charset.StandardCharsets;

/** Names one version of a secret. A sealed value opens under its own id only. */
public record SecretId(String owner, String name, int version) {
    /** The authenticated data: neither an owner nor a name has a NUL. */
    byte[] authenticated() {
        return (owner + '\0' + name + '\0' + version).getBytes(StandardCharsets.UTF_8);
    }
}
