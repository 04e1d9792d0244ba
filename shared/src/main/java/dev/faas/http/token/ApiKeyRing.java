package dev.faas.http.token;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Updates a {@link TokenVerifier} with the API keys that auth publishes (bucket APIKEYS). A registry of an earlier version does not
 * make the bucket, and a NATS of an earlier one gives no permission: then no key is accepted, and it is looked for every 5 s.
 */
public final class ApiKeyRing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyRing.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Nats nats;
    private final TokenVerifier verifier;
    private final SignedEntries entries;
    private final Runnable whenAccessEnds;
    private final CountDownLatch read = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private Kv.@Nullable Watch watch;

    private ApiKeyRing(Nats nats, TokenVerifier verifier, TrustRoot root, Runnable whenAccessEnds) {
        this.nats = nats;
        this.verifier = verifier;
        this.entries = root.entriesOf(Subjects.APIKEYS);
        this.whenAccessEnds = whenAccessEnds;
    }

    /**
     * Waits until the bucket has been read, if it is there. Blocks up to {@code limit}.
     *
     * @param whenAccessEnds called after each deletion of a key; must be quick
     */
    public static ApiKeyRing open(
            Nats nats, TokenVerifier verifier, TrustRoot root, Runnable whenAccessEnds, Duration limit)
            throws InterruptedException, DependencyMissing {
        var ring = new ApiKeyRing(nats, verifier, root, whenAccessEnds);
        if (!ring.tryFollow()) {
            Thread.ofVirtual().name("api-keys").start(ring::followWhenThere);
        } else if (!ring.read.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            ring.close();
            throw new DependencyMissing(
                    "the NATS bucket APIKEYS could not be read within " + limit.toSeconds() + " s. Check NATS.");
        }
        return ring;
    }

    private void followWhenThere() {
        try {
            while (!closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS) && !tryFollow()) {}
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean tryFollow() throws InterruptedException {
        try {
            return follow();
        } catch (IOException | BusException | IllegalStateException e) {
            LOG.warn(
                    "bucket APIKEYS cannot be read yet: until then every API key is refused. Does NATS have the permissions of"
                            + " this version's nats.conf? cause={}",
                    e.toString());
            return false;
        }
    }

    /** False when there is no bucket. */
    private synchronized boolean follow() throws IOException, InterruptedException {
        if (closed.getCount() == 0) {
            return true;
        }
        var found = nats.kv(Subjects.APIKEYS).watchIfThere(this::onChange, read::countDown);
        watch = found.orElse(null);
        return found.isPresent();
    }

    /** True without a bucket: then no key is accepted. */
    public synchronized boolean isFollowing() {
        return watch == null || watch.isFollowing();
    }

    private void onChange(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put ->
                entries.accept(put).ifPresent(value -> verifier.apiKeys().put(put.key(), value));
            case Kv.Change.Deleted deleted -> {
                entries.delete(deleted.key());
                verifier.apiKeys().remove(deleted.key());
                whenAccessEnds.run();
            }
        }
    }

    @Override
    public synchronized void close() {
        closed.countDown();
        if (watch != null) {
            watch.close();
        }
    }
}
