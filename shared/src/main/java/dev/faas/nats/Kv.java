package dev.faas.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Reads and writes one key-value bucket, always on the leader. Only {@link #watch} blocks. */
public final class Kv {
    private static final String OPERATION = "KV-Operation";
    private static final String DELETED = "DEL";

    private final Nats nats;
    private final String bucket;
    private final Stream stream;

    Kv(Nats nats, String bucket) {
        this.nats = nats;
        this.bucket = bucket;
        this.stream = nats.stream("KV_" + bucket);
    }

    /** The new value of a key, or its deletion. */
    public sealed interface Change {
        String key();

        long revision();

        record Put(String key, long revision, Value value) implements Change {}

        record Deleted(String key, long revision) implements Change {}
    }

    /** Raw bytes. Shared: must not be changed. */
    public static final class Value {
        private final byte[] bytes;

        Value(byte[] bytes) {
            this.bytes = bytes;
        }

        public byte[] bytes() {
            return bytes;
        }
    }

    /** Returns the new revision. */
    public CompletableFuture<Long> put(String key, byte[] value) {
        return stream.append(subject(key), Map.of(), value);
    }

    /** Stores only if the key has no value; fails with {@link BusException.CompareAndSetRefused} otherwise. */
    public CompletableFuture<Long> create(String key, byte[] value) {
        return stream.appendIfLast(subject(key), value, 0).exceptionallyCompose(failure -> {
            if (!(BusException.unwrap(failure) instanceof BusException.CompareAndSetRefused)) {
                return CompletableFuture.failedFuture(BusException.unwrap(failure));
            }
            // A deleted key has a last message too: its deletion marker.
            return stream.lastFromLeader(subject(key)).thenCompose(last -> {
                if (last.isPresent() && isDeletion(last.get())) {
                    return stream.appendIfLast(subject(key), value, last.get().sequence());
                }
                return CompletableFuture.failedFuture(BusException.unwrap(failure));
            });
        });
    }

    /** Stores only if the key's last revision is this one. */
    public CompletableFuture<Long> update(String key, byte[] value, long revision) {
        return stream.appendIfLast(subject(key), value, revision);
    }

    public CompletableFuture<Optional<Change.Put>> get(String key) {
        return lastChange(key)
                .thenApply(last -> last.filter(Change.Put.class::isInstance).map(Change.Put.class::cast));
    }

    /** The key's last change, which may be its deletion. The next compare-and-set must name its revision. */
    public CompletableFuture<Optional<Change>> lastChange(String key) {
        return stream.lastFromLeader(subject(key))
                .thenApply(last -> last.map(m -> isDeletion(m)
                        ? new Change.Deleted(key, m.sequence())
                        : new Change.Put(key, m.sequence(), new Value(m.bytes()))));
    }

    /** Returns the revision of the deletion. */
    public CompletableFuture<Long> delete(String key) {
        return stream.append(subject(key), Map.of(OPERATION, DELETED), new byte[0]);
    }

    /** Deletes only if the key's last revision is this one. */
    public CompletableFuture<Long> delete(String key, long revision) {
        return stream.appendIfLast(subject(key), Map.of(OPERATION, DELETED), new byte[0], revision);
    }

    /** Removes the marker that a deletion leaves. A value that was stored since then stays. */
    public CompletableFuture<Void> removeDeletionMarker(String key) {
        return stream.purgeIfLast(subject(key), Kv::isDeletion);
    }

    public CompletableFuture<Stream.State> state() {
        return stream.state();
    }

    /** Passes on the last change of every key, then calls {@code loaded} once, then passes on each new change; in order, on threads
     * of the client library. Survives reconnects. Blocks until it is set up.
     */
    public Nats.Subscription watch(Consumer<Change> each, Runnable loaded) throws IOException, InterruptedException {
        try {
            return BucketWatch.start(nats, bucket, message -> each.accept(toChange(message)), loaded);
        } catch (JetStreamApiException e) {
            throw new BusException.BusUnavailable("bucket " + bucket + ": " + e.getMessage(), e);
        }
    }

    private Change toChange(Message message) {
        var key = message.getSubject().substring(subject("").length());
        long revision = message.metaData().streamSequence();
        var headers = message.getHeaders();
        return headers != null && headers.containsKey(OPERATION)
                ? new Change.Deleted(key, revision)
                : new Change.Put(key, revision, new Value(message.getData()));
    }

    private static boolean isDeletion(StoredMessage message) {
        return message.headers().containsKey(OPERATION);
    }

    private String subject(String key) {
        return "$KV." + bucket + "." + key;
    }
}
