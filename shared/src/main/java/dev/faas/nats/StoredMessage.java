package dev.faas.nats;

import java.time.Instant;
import java.util.Map;

/** Holds a message of a stream. Its bytes are shared and must not be changed. */
public final class StoredMessage {
    private final String subject;
    private final long sequence;
    private final Instant storedAt;
    private final Map<String, String> headers;
    private final byte[] bytes;

    StoredMessage(String subject, long sequence, Instant storedAt, Map<String, String> headers, byte[] bytes) {
        this.subject = subject;
        this.sequence = sequence;
        this.storedAt = storedAt;
        this.headers = headers;
        this.bytes = bytes;
    }

    public String subject() {
        return subject;
    }

    public long sequence() {
        return sequence;
    }

    public Instant storedAt() {
        return storedAt;
    }

    public Map<String, String> headers() {
        return headers;
    }

    public byte[] bytes() {
        return bytes;
    }
}
