package dev.faas.nats;

import java.time.Instant;
import java.util.Map;

/** Holds a message of a stream. Its bytes are shared and must not be changed. */
public final class StoredMessage {
    private final String subject;
    private final long sequence;
    private final Instant storedAt;
    private final Map<String, String> headers;
    private final EntryHeaders allHeaders;
    private final byte[] bytes;

    StoredMessage(
            String subject,
            long sequence,
            Instant storedAt,
            Map<String, String> headers,
            EntryHeaders allHeaders,
            byte[] bytes) {
        this.subject = subject;
        this.sequence = sequence;
        this.storedAt = storedAt;
        this.headers = headers;
        this.allHeaders = allHeaders;
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

    /** Without those of NATS. */
    public Map<String, String> headers() {
        return headers;
    }

    EntryHeaders allHeaders() {
        return allHeaders;
    }

    public byte[] bytes() {
        return bytes;
    }
}
