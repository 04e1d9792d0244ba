package dev.faas.hook;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.faas.seal.OpeningKeys;
import dev.faas.seal.SealingKey;
import dev.faas.seal.SecretId;
import dev.faas.wire.Codec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Secrets of a hook's signatures, which only gateways can open.
 *
 * @param key id of the key that they are sealed to
 * @param sealed in base64
 * @param count how many there are
 */
public record SealedSecrets(String key, String sealed, int count) {
    /** Versions of a function's secret begin with 1. */
    private static final int VERSION = 0;

    /** @param hook its id; they cannot be opened as those of another one */
    public static SealedSecrets seal(SealingKey key, String owner, String hook, List<String> secrets) {
        var sealed = key.seal(new SecretId(owner, hook, VERSION), Codec.write(secrets));
        return new SealedSecrets(key.id(), Base64.getEncoder().encodeToString(sealed), secrets.size());
    }

    /** Empty when none of the keys opens them. */
    public Optional<List<String>> open(OpeningKeys keys, String owner, String hook) {
        return keys.open(
                        new SecretId(owner, hook, VERSION),
                        key,
                        Base64.getDecoder().decode(sealed))
                .map(json -> Codec.read(json, new TypeReference<List<String>>() {}));
    }
}
