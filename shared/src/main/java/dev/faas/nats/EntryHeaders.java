package dev.faas.nats;

import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The headers with which an entry of a bucket is stored. They tell what {@link Kv} wrote from what NATS wrote for others: NATS
 * sends an answer to any subject that a client names for it, also to one that this client may not write, and stores it if a bucket
 * has that subject. Kv names the stream in each write, and NATS checks that name. Answers do not name it, and an entry that was
 * fetched from the same bucket has headers more.
 *
 * @param headers null: there are none, or they cannot be read
 * @param bytes of all headers, also of those that a client does not see because an empty line precedes them
 */
record EntryHeaders(@Nullable Headers headers, long bytes) {
    static final String EXPECTED_SEQUENCE = "Nats-Expected-Last-Subject-Sequence";
    static final String EXPECTED_STREAM = "Nats-Expected-Stream";
    static final String OPERATION = "KV-Operation";
    /** A client may write blanks, which the client library takes off. What a direct get adds is longer. */
    private static final int BLANKS = 8;

    private static final String VERSION = "NATS/1.0";

    static EntryHeaders of(Message message) {
        var reply = message.getReplyTo();
        return new EntryHeaders(
                // Kv writes no status.
                message.isStatusMessage() ? null : message.getHeaders(),
                message.consumeByteCount()
                        - message.getSubject().length()
                        - (reply == null ? 0 : reply.length())
                        - message.getData().length);
    }

    /** @param stored as in an answer of the leader */
    static EntryHeaders parse(byte[] stored) {
        var headers = new Headers();
        try {
            new String(stored, StandardCharsets.UTF_8).lines().forEach(line -> {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    headers.add(
                            line.substring(0, colon), line.substring(colon + 1).strip());
                } else if (!line.equals(VERSION) && !line.isEmpty()) {
                    throw new IllegalArgumentException(line);
                }
            });
        } catch (IllegalArgumentException unreadable) {
            return new EntryHeaders(null, stored.length);
        }
        return new EntryHeaders(headers, stored.length);
    }

    boolean areOfKv(String stream) {
        return headers != null
                && headers.containsKey(EXPECTED_STREAM)
                && bytes <= headers.serializedLength() + BLANKS
                && headers.entrySet().stream()
                        .allMatch(header -> header.getValue().size() == 1
                                && switch (header.getKey()) {
                                    case EXPECTED_STREAM ->
                                        header.getValue().getFirst().equals(stream);
                                    case EXPECTED_SEQUENCE, OPERATION -> true;
                                    default -> false;
                                });
    }

    boolean areOfDeletion() {
        return headers != null && headers.containsKey(OPERATION);
    }
}
