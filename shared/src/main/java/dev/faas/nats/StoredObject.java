package dev.faas.nats;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reads an object of a bucket from its beginning, one get for each piece: without a consumer at the broker, and with one piece in
 * memory. One call at a time; nothing here blocks.
 */
public final class StoredObject {
    private final Stream stream;
    private final String subject;
    private final long size;
    private long bytesRead;
    private long from = 1;

    StoredObject(Stream stream, String subject, long size) {
        this.stream = stream;
        this.subject = subject;
        this.size = size;
    }

    public long size() {
        return size;
    }

    /** The next bytes; empty after the last ones, or when the rest has been removed. */
    public CompletableFuture<Optional<byte[]>> next() {
        if (bytesRead >= size) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return stream.nextDirect(subject, from)
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : stream.nextFromLeader(subject, from))
                .thenApply(found -> found.map(message -> {
                    from = message.sequence() + 1;
                    bytesRead += message.bytes().length;
                    return message.bytes();
                }));
    }
}
