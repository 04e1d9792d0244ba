package dev.faas.http.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.faas.nats.Kv;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what the trust root has signed from what others have put into a bucket. Refuses an entry that is older than one it has seen,
 * and one that was deleted, also when it comes back. Thread-safe.
 */
public final class SignedEntries {
    private static final Logger LOG = LoggerFactory.getLogger(SignedEntries.class);
    /** More than fit into any such bucket; of deleted ones the oldest are forgotten. */
    private static final int MOST = 200_000;

    private final TrustRoot root;
    private final String bucket;
    private final Cache<String, Long> lowestCounters =
            Caffeine.newBuilder().maximumSize(MOST).build();

    SignedEntries(TrustRoot root, String bucket) {
        this.root = root;
        this.bucket = bucket;
    }

    /** The value without its signature; empty if it is not to be believed. */
    Optional<byte[]> accept(Kv.Change.Put put) {
        if (root.isNone()) {
            return Optional.of(put.value().bytes());
        }
        var entry = SignedEntry.parse(put.value().bytes())
                .filter(signed -> root.hasSigned(bucket, put.key(), signed))
                .filter(signed -> isNew(put.key(), signed.counter()));
        if (entry.isEmpty()) {
            LOG.warn(
                    "entry refused: not signed by auth, or older than the one before bucket={} key={}",
                    bucket,
                    put.key());
        }
        return entry.map(signed -> signed.value().getBytes(StandardCharsets.UTF_8));
    }

    /** A reconnect may bring the same entry again. */
    private synchronized boolean isNew(String key, long counter) {
        var lowest = lowestCounters.getIfPresent(key);
        if (lowest != null && counter < lowest) {
            return false;
        }
        lowestCounters.put(key, counter);
        return true;
    }

    synchronized void delete(String key) {
        var lowest = lowestCounters.getIfPresent(key);
        if (lowest != null) {
            lowestCounters.put(key, lowest + 1);
        }
    }
}
