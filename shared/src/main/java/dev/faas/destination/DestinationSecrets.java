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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What of a destination is stored encrypted.
 *
 * @param keys that sign its requests, newest first
 * @param headers of each request
 */
public record DestinationSecrets(List<Key> keys, Map<String, String> headers) implements Versioned {
    /** Of a destination that sends nothing. */
    public static final DestinationSecrets NONE = new DestinationSecrets(List.of(), Map.of());

    private static final int MOST_KEYS = 5;

    /**
     * @param secret as the receiver configures it
     * @param until when it signs no more; null: it is the newest one
     */
    public record Key(String secret, @Nullable Instant until) {
        boolean signsAt(Instant now) {
            return until == null || until.isAfter(now);
        }

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

    /**
     * Secrets of rotations before go on to their own end: the receiver may have one of them, when the answer of a rotation was lost.
     *
     * @param until the newest one signs, too
     */
    public DestinationSecrets rotated(WebhookSecret next, Instant now, Instant until) {
        var old = Stream.concat(
                Stream.of(new Key(newest(), until)), keys.stream().skip(1).filter(key -> key.signsAt(now)));
        return new DestinationSecrets(
                Stream.concat(Stream.of(new Key(next.text(), null)), old)
                        .limit(MOST_KEYS)
                        .toList(),
                headers);
    }

    public DestinationSecrets withHeaders(Map<String, String> others) {
        return new DestinationSecrets(keys, others);
    }

    public StandardWebhooks signer(Instant now) {
        return new StandardWebhooks(keys.stream()
                .filter(key -> key.signsAt(now))
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
