package dev.faas.spawner.run;

import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.seal.OpeningKeys;
import dev.faas.seal.SecretId;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.NotStartable;
import dev.faas.spawner.engine.SecretValues;
import dev.faas.wire.Codec;
import dev.faas.wire.Codec.CodecException;
import dev.faas.wire.SealedSecret;
import dev.faas.wire.SecretRef;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/** Reads the secrets that a run gets from the bucket SECRETS, and opens them. Nothing is kept. */
public final class SecretReader {
    private final Kv bucket;
    private final OpeningKeys keys;

    public SecretReader(Kv bucket, OpeningKeys keys) {
        this.bucket = bucket;
        this.keys = keys;
    }

    /**
     * Blocks until NATS has answered.
     *
     * @param secrets as the function names them
     * @throws NotStartable naming a secret that is gone, cannot be opened, or is not fit for a variable
     * @throws BootFailed when NATS does not answer
     */
    SecretValues read(String owner, List<String> secrets) throws SandboxUnavailable, InterruptedException {
        var variables = new HashMap<String, byte[]>();
        var files = new HashMap<String, byte[]>();
        int total = 0;
        for (var text : secrets) {
            var secret = SecretRef.parse(text).orElseThrow(() -> unusable(text, "has no valid name"));
            var value = open(owner, secret, text);
            total += value.length;
            if (secret.variable() == null) {
                files.put(secret.name(), value);
            } else {
                variables.put(secret.variable(), withoutNul(value, text));
            }
        }
        if (total > SecretRef.MAX_TOTAL_BYTES) {
            throw new NotStartable(
                    "The function's secrets have " + total + " bytes together, more than " + SecretRef.MAX_TOTAL_BYTES
                            + ".",
                    null);
        }
        return new SecretValues(variables, files);
    }

    private byte[] open(String owner, SecretRef secret, String text) throws SandboxUnavailable, InterruptedException {
        var sealed = find(owner, secret, text).orElseThrow(() -> unusable(text, "is not stored any more"));
        try {
            return keys.open(
                            new SecretId(owner, secret.name(), sealed.number()),
                            sealed.sealKey(),
                            Base64.getDecoder().decode(sealed.sealed()))
                    .orElseThrow(() -> unusable(
                            text, "cannot be opened: this spawner does not have its key, or it has been changed"));
        } catch (IllegalArgumentException notBase64) {
            throw unusable(text, "has been changed");
        }
    }

    /** The newest version first: while it is replaced, the one before already has its own key. */
    private Optional<SealedSecret> find(String owner, SecretRef secret, String text)
            throws SandboxUnavailable, InterruptedException {
        var newest = get(SealedSecret.key(owner, secret.name()), text);
        if (secret.version().isEmpty()) {
            return newest;
        }
        int version = secret.version().getAsInt();
        return newest.filter(found -> found.number() == version).isPresent()
                ? newest
                : get(SealedSecret.key(owner, secret.name(), version), text).filter(found -> found.number() == version);
    }

    private Optional<SealedSecret> get(String key, String text) throws SandboxUnavailable, InterruptedException {
        try {
            return Blocking.awaitReply(bucket.get(key))
                    .map(put -> Codec.decode(put.value().bytes(), SealedSecret.class));
        } catch (BusException e) {
            throw new BootFailed("the secret '" + text + "' could not be read: " + e.getMessage(), e);
        } catch (CodecException e) {
            throw unusable(text, "is unreadable");
        }
    }

    private static byte[] withoutNul(byte[] value, String text) throws NotStartable {
        for (byte each : value) {
            if (each == 0) {
                throw unusable(text, "has a NUL, which no variable can hold: name it without a variable");
            }
        }
        return value;
    }

    private static NotStartable unusable(String text, String why) {
        return new NotStartable("The secret '" + text + "' " + why + ".", null);
    }
}
