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

/** Updates a {@link TokenVerifier} with what auth publishes: public keys (bucket KEYS, by kid), revoked logins (bucket REVOKED, by
 * sid), users whose logins were all ended (the same bucket, by user id) and API keys.
 */
public final class KeyRing implements AutoCloseable {
    private final TokenVerifier verifier;
    private final SignedEntries entries;
    private final Map<String, String> jwkByKid = new ConcurrentHashMap<>();
    private final RevokedLogins revoked = new RevokedLogins(InstantSource.system());
    private final TokenCutoffs cutoffs = new TokenCutoffs(InstantSource.system());
    private final CountDownLatch unread = new CountDownLatch(2);
    private volatile boolean keysRead;
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
        this.revocations = nats.kv(Subjects.REVOKED).watch(this::revoked, unread::countDown);
        this.keys = nats.kv(Subjects.KEYS).watch(this::key, this::keysRead);
    }

    /**
     * Waits until both buckets have been read; they may be empty. Blocks up to {@code limit}.
     *
     * @param root has signed the keys that count
     */
    public static KeyRing open(Nats nats, TokenVerifier verifier, TrustRoot root, Duration limit)
            throws IOException, InterruptedException, DependencyMissing {
        var ring = new KeyRing(nats, verifier, root);
        if (!ring.unread.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            ring.close();
            throw new DependencyMissing("the NATS buckets KEYS and REVOKED could not be read within "
                    + limit.toSeconds() + " s. Check NATS.");
        }
        ring.apiKeys = ApiKeyRing.open(nats, verifier, root, () -> ring.whenAccessEnds.run(), limit);
        return ring;
    }

    /** @param task called after each revocation, also of all logins of a user, and deletion of an API key; must be quick */
    public void whenAccessEnds(Runnable task) {
        whenAccessEnds = task;
    }

    /** Asks NATS whether this process still learns what auth publishes. Blocks. */
    boolean isFollowing() {
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
                entries.accept(put).ifPresent(jwk -> jwkByKid.put(put.key(), new String(jwk, StandardCharsets.UTF_8)));
            case Kv.Change.Deleted deleted -> {
                entries.delete(deleted.key());
                jwkByKid.remove(deleted.key());
            }
        }
        if (keysRead) {
            verifier.replaceKeys(Map.copyOf(jwkByKid));
        }
    }

    private void keysRead() {
        keysRead = true;
        verifier.replaceKeys(Map.copyOf(jwkByKid));
        unread.countDown();
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
