package dev.faas.webhook;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Signs and verifies requests as Standard Webhooks 1.0 does (standardwebhooks.com), by {@code v1}: HMAC-SHA256.
 *
 * @param secrets newest first; during a rotation two. A request is signed by each and valid by any of them
 */
public record StandardWebhooks(List<WebhookSecret> secrets) implements RequestSignature {
    public static final String ID = "webhook-id";
    public static final String TIMESTAMP = "webhook-timestamp";
    public static final String SIGNATURE = "webhook-signature";

    private static final String VERSION = "v1,";

    public StandardWebhooks {
        secrets = List.copyOf(secrets);
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("secrets must have at least one element");
        }
    }

    /**
     * The value of {@link #SIGNATURE}.
     *
     * @param sentAt of this attempt; {@link #TIMESTAMP} has the same, in seconds since 1970
     */
    public String sign(String id, Instant sentAt, byte[] body) {
        var signed = signedStart(id, Long.toString(sentAt.getEpochSecond()));
        return secrets.stream()
                .map(secret -> VERSION
                        + SignatureEncoding.BASE64.encode(HmacAlgorithm.SHA256.sign(secret.key(), signed, body)))
                .collect(Collectors.joining(" "));
    }

    @Override
    public boolean isValid(Headers headers, byte[] body, Instant now) {
        var id = headers.single(ID).orElse("");
        var timestamp = headers.single(TIMESTAMP).orElse("");
        if (id.isEmpty() || !RequestSignature.isRecent(timestamp, now)) {
            return false;
        }
        // Others, such as v1a, are of no key that is known here.
        var signatures = List.of(headers.single(SIGNATURE).orElse("").split(" ")).stream()
                .filter(each -> each.startsWith(VERSION))
                .flatMap(each -> SignatureEncoding.BASE64.decode(each.substring(VERSION.length())).stream())
                .toList();
        var signed = signedStart(id, timestamp);
        boolean found = false;
        for (var secret : secrets) {
            var expected = HmacAlgorithm.SHA256.sign(secret.key(), signed, body);
            for (var signature : signatures) {
                found |= MessageDigest.isEqual(expected, signature);
            }
        }
        return found;
    }

    private static byte[] signedStart(String id, String timestamp) {
        return (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8);
    }
}
