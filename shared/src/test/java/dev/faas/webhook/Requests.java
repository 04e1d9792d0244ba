package dev.faas.webhook;

import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Requests as senders make them. */
final class Requests {
    static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    static final Instant SENT_AT = Instant.ofEpochSecond(1_614_265_330);
    static final String BODY = "{\"test\": 2432232314}";

    private Requests() {}

    static MultiMap standard(String id, String timestamp, String signature) {
        return MultiMap.caseInsensitiveMultiMap()
                .add("Webhook-Id", id)
                .add("Webhook-Timestamp", timestamp)
                .add("Webhook-Signature", signature);
    }

    static MultiMap standard(String signature) {
        return standard(ID, Long.toString(SENT_AT.getEpochSecond()), signature);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
