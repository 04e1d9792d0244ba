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

/**
 * Updates a {@link TokenVerifier} with the API keys that auth publishes (bucket APIKEYS). A registry of an earlier version does not
 * make the bucket: then there are no keys, and it is looked for every 5 s.
 */
public final class ApiKeyRing implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Nats nats;
    private final TokenVerifier verifier;
    private final SignedEntries entries;
    private final Runnable whenAccessEnds;
    private final CountDownLatch read = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private Nats.@Nullable Subscription subscription;

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
        if (!ring.follow()) {
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
            while (!closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS) && !follow()) {}
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** False when there is no bucket. */
    private synchronized boolean follow() throws InterruptedException {
        if (closed.getCount() == 0) {
            return true;
        }
        try {
            subscription = nats.kv(Subjects.APIKEYS).watch(this::onChange, read::countDown);
            return true;
        } catch (IOException | BusException | IllegalStateException e) {
            return false;
        }
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
        if (subscription != null) {
            subscription.close();
        }
    }
}
