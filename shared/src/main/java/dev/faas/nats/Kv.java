package dev.faas.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes one key-value bucket, always on the leader. An entry that this class did not write does not count
 * ({@link EntryHeaders}): a watch skips it, and for the other calls the key is deleted. Only {@link #watch} blocks.
 */
public final class Kv {
    private static final Logger LOG = LoggerFactory.getLogger(Kv.class);
    private static final Map<String, String> DELETED = Map.of(EntryHeaders.OPERATION, "DEL");

    private final Nats nats;
    private final String bucket;
    private final Stream stream;
    private final AtomicBoolean hasWarned = new AtomicBoolean();

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

    /** A watch on a bucket. */
    public interface Watch extends Nats.Subscription {
        /** Whether NATS has sent a change or a heartbeat within the last seconds, and its leader has no entry that was not sent. */
        boolean isFollowing();
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
        return stream.append(subject(key), DELETED, new byte[0]);
    }

    /** Deletes only if the key's last revision is this one. */
    public CompletableFuture<Long> delete(String key, long revision) {
        return stream.appendIfLast(subject(key), DELETED, new byte[0], revision);
    }

    /** Removes the marker that a deletion leaves. A value that was stored since then stays. */
    public CompletableFuture<Void> removeDeletionMarker(String key) {
        return stream.purgeIfLast(subject(key), this::isDeletion);
    }

    public CompletableFuture<Stream.State> state() {
        return stream.state();
    }

    /** Passes on the last change of every key, then calls {@code loaded} once, then passes on each new change; in order, on one
     * thread. Survives reconnects. Blocks until it is set up.
     */
    public Watch watch(Consumer<Change> each, Runnable loaded) throws IOException, InterruptedException {
        try {
            return BucketWatch.start(
                    nats,
                    bucket,
                    (message, revision) -> toChange(message, revision).ifPresent(each),
                    loaded);
        } catch (JetStreamApiException e) {
            throw new BusException.BusUnavailable("bucket " + bucket + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #watch}; empty when there is no such bucket, which an older registry may not create. */
    public Optional<Watch> watchIfThere(Consumer<Change> each, Runnable loaded)
            throws IOException, InterruptedException {
        try {
            return Optional.of(watch(each, loaded));
        } catch (BusException.BusUnavailable e) {
            if (e.getCause() instanceof JetStreamApiException refused
                    && JetStreamError.of(refused) == JetStreamError.STREAM_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Optional<Change> toChange(Message message, long revision) {
        var key = message.getSubject().substring(subject("").length());
        var headers = EntryHeaders.of(message);
        if (!isWrittenHere(key, revision, headers)) {
            return Optional.empty();
        }
        return Optional.of(
                headers.areOfDeletion()
                        ? new Change.Deleted(key, revision)
                        : new Change.Put(key, revision, new Value(message.getData())));
    }

    private boolean isDeletion(StoredMessage message) {
        var headers = message.allHeaders();
        var key = message.subject().substring(subject("").length());
        return !isWrittenHere(key, message.sequence(), headers) || headers.areOfDeletion();
    }

    private boolean isWrittenHere(String key, long revision, EntryHeaders headers) {
        boolean isOurs = headers.areOfKv("KV_" + bucket);
        if (!isOurs && !hasWarned.getAndSet(true)) {
            LOG.warn(
                    "entries ignored: no service wrote them, so somebody may have a service's password for NATS."
                            + " Renew the passwords bucket={} key={} revision={}",
                    bucket,
                    key,
                    revision);
        }
        return isOurs;
    }

    private String subject(String key) {
        return "$KV." + bucket + "." + key;
    }
}
