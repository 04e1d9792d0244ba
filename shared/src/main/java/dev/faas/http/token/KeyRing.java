package dev.faas.http.token;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Updates a {@link TokenVerifier} with what auth publishes: public keys (bucket KEYS, by kid), revoked logins (bucket REVOKED, by
 * sid), users whose logins were all ended (the same bucket, by user id) and API keys.
 */
public final class KeyRing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);

    private final TokenVerifier verifier;
    private final SignedEntries entries;
    private final Map<String, String> jwkByKid = new ConcurrentHashMap<>();
    private final RevokedLogins revoked = new RevokedLogins(InstantSource.system());
    private final TokenCutoffs cutoffs = new TokenCutoffs(InstantSource.system());
    private final CountDownLatch revocationsUnread = new CountDownLatch(1);
    private final CountDownLatch keysUnread = new CountDownLatch(1);
    /** Open while there are keys and none that counts: an older auth has published them, and the next one signs them. */
    private final CountDownLatch keysUnsigned = new CountDownLatch(1);

    private volatile boolean keysRead;
    private boolean hasRefused;
    private volatile Runnable whenAccessEnds = () -> {};
    private final Kv.Watch keys;
    private @Nullable ApiKeyRing apiKeys;
    private final Kv.Watch revocations;

    private KeyRing(Nats nats, TokenVerifier verifier, TrustRoot root) throws IOException, InterruptedException {
        this.verifier = verifier;
        this.entries = root.entriesOf(Subjects.KEYS);
        // Revocations first: a verifier with keys and without revocations would accept a revoked login.
        verifier.checkRevocationsWith(revoked::isRevoked);
        verifier.checkIssueTimesWith(cutoffs::isVoid);
        this.revocations = nats.kv(Subjects.REVOKED).watch(this::revoked, revocationsUnread::countDown);
        this.keys = nats.kv(Subjects.KEYS).watch(this::key, this::keysRead);
    }

    /**
     * Waits until both buckets have been read; they may be empty. In an upgrade it also waits for an auth that signs its keys,
     * and goes on without keys after the limit. Blocks.
     *
     * @param root has signed the keys that count
     */
    public static KeyRing open(Nats nats, TokenVerifier verifier, TrustRoot root, Duration limit)
            throws IOException, InterruptedException, DependencyMissing {
        var ring = new KeyRing(nats, verifier, root);
        var deadline = System.nanoTime() + limit.toNanos();
        if (!await(ring.revocationsUnread, deadline) || !await(ring.keysUnread, deadline)) {
            ring.close();
            throw new DependencyMissing("the NATS buckets KEYS and REVOKED could not be read within "
                    + limit.toSeconds() + " s. Check NATS.");
        }
        if (!await(ring.keysUnsigned, deadline)) {
            LOG.warn("no key is signed by the trust root, so no token is accepted: upgrade auth-service");
        }
        ring.apiKeys = ApiKeyRing.open(nats, verifier, root, () -> ring.whenAccessEnds.run(), limit);
        return ring;
    }

    private static boolean await(CountDownLatch latch, long deadline) throws InterruptedException {
        return latch.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    /** @param task called after each revocation, also of all logins of a user, and deletion of an API key; must be quick */
    public void whenAccessEnds(Runnable task) {
        whenAccessEnds = task;
    }

    /** Whether this process still learns what auth publishes. */
    public boolean isFollowing() {
        return revocations.isFollowing() && keys.isFollowing() && (apiKeys == null || apiKeys.isFollowing());
    }

    /** Users of whom auth has published that they are deleted; nothing of theirs may stay. */
    public Set<String> deletedUsers() {
        return cutoffs.deletedUsers();
    }

    private void revoked(Kv.Change change) {
        if (TokenCutoffs.isUser(change.key())) {
            // Forgotten by its time, never by a delete.
            if (change instanceof Kv.Change.Put put) {
                cutoffs.add(put.key(), new String(put.value().bytes(), StandardCharsets.UTF_8));
                whenAccessEnds.run();
            }
            return;
        }
        switch (change) {
            case Kv.Change.Put put -> {
                revoked.add(put.key(), put.value().bytes());
                whenAccessEnds.run();
            }
            case Kv.Change.Deleted deleted -> revoked.removeIfOver(deleted.key());
        }
    }

    private void key(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put ->
                entries.accept(put)
                        .ifPresentOrElse(
                                jwk -> jwkByKid.put(put.key(), new String(jwk, StandardCharsets.UTF_8)),
                                () -> hasRefused = true);
            case Kv.Change.Deleted deleted -> {
                entries.delete(deleted.key());
                jwkByKid.remove(deleted.key());
            }
        }
        if (keysRead) {
            useKeys();
        }
    }

    private void keysRead() {
        keysRead = true;
        useKeys();
        keysUnread.countDown();
    }

    private void useKeys() {
        verifier.replaceKeys(Map.copyOf(jwkByKid));
        if (!jwkByKid.isEmpty() || !hasRefused) {
            keysUnsigned.countDown();
        }
    }

    @Override
    public void close() {
        if (apiKeys != null) {
            apiKeys.close();
        }
        keys.close();
        revocations.close();
    }
}
