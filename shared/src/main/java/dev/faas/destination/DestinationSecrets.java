package dev.faas.destination;

import dev.faas.seal.KeyEncryptionKeys;
import dev.faas.webhook.StandardWebhooks;
import dev.faas.webhook.WebhookSecret;
import dev.faas.wire.Codec;
import dev.faas.wire.Versioned;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of a destination is stored encrypted.
 *
 * @param keys that sign its requests, newest first
 * @param headers of each request
 */
public record DestinationSecrets(List<Key> keys, Map<String, String> headers) implements Versioned {
    /**
     * @param secret as the receiver configures it
     * @param until when it signs no more; null: it is the newest one
     */
    public record Key(String secret, @Nullable Instant until) {
        @Override
        public String toString() {
            return "***";
        }
    }

    /** @param kek id of the key that encrypted it; null: none did */
    public record Sealed(@Nullable String kek, Buffer bytes) {}

    public DestinationSecrets {
        keys = List.copyOf(keys);
        headers = Map.copyOf(headers);
    }

    public static DestinationSecrets of(WebhookSecret secret, Map<String, String> headers) {
        return new DestinationSecrets(List.of(new Key(secret.text(), null)), headers);
    }

    /** @param id of the destination; the value cannot be opened as that of another one */
    public static DestinationSecrets open(KeyEncryptionKeys keks, String id, Sealed sealed) {
        var json = sealed.kek == null
                ? sealed.bytes.getBytes()
                : keks.unwrap(id, sealed.kek, sealed.bytes.getBytes()).getBytes(StandardCharsets.UTF_8);
        return Codec.decode(json, DestinationSecrets.class);
    }

    public Sealed seal(KeyEncryptionKeys keks, String id) {
        var json = Codec.encode(this);
        if (keks.isEmpty()) {
            return new Sealed(null, Buffer.buffer(json));
        }
        var wrapped = keks.wrap(id, new String(json, StandardCharsets.UTF_8));
        return new Sealed(wrapped.kek(), wrapped.bytes());
    }

    /** Shown to the user once. */
    public String newest() {
        return keys.getFirst().secret();
    }

    /** @param until the one before signs, too */
    public DestinationSecrets rotated(WebhookSecret next, Instant until) {
        return new DestinationSecrets(
                List.of(new Key(next.text(), null), new Key(keys.getFirst().secret(), until)), headers);
    }

    public DestinationSecrets withHeaders(Map<String, String> others) {
        return new DestinationSecrets(keys, others);
    }

    public StandardWebhooks signer(Instant now) {
        return new StandardWebhooks(keys.stream()
                .filter(key -> key.until == null || key.until.isAfter(now))
                .map(key -> WebhookSecret.parse(key.secret))
                .toList());
    }

    /** For the API, which hides the values. */
    public List<String> headerNames() {
        return headers.keySet().stream().sorted().toList();
    }

    @Override
    public String toString() {
        return "***";
    }
}
