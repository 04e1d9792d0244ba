package dev.faas.registry;

import dev.faas.http.TokenVerifier;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Feeds the verifier of access tokens from the buckets KEYS and REVOKED, as auth-service fills them. Thread-safe. */
final class TrustedKeys implements AutoCloseable {
    private static final long READ_LIMIT_SECONDS = 10;

    private final TokenVerifier verifier;
    private final Map<String, String> jwkByKid = new ConcurrentHashMap<>();
    private final Set<String> revoked = ConcurrentHashMap.newKeySet();
    private final Nats.Subscription keysWatch;
    private final Nats.Subscription revokedWatch;

    private TrustedKeys(Nats nats, TokenVerifier verifier) throws IOException, InterruptedException {
        this.verifier = verifier;
        verifier.revoked(revoked::contains);
        var read = new CountDownLatch(2);
        // Revocations first: no token is let in before those are known.
        revokedWatch = nats.kv(Subjects.REVOKED).watch(this::revocation, read::countDown);
        keysWatch = nats.kv(Subjects.KEYS).watch(this::key, read::countDown);
        if (!read.await(READ_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            close();
            throw new IOException("the buckets KEYS and REVOKED did not answer in " + READ_LIMIT_SECONDS + " s");
        }
    }

    /** Blocks until both buckets have been read. KEYS may be empty still: until it is not, every token is refused. */
    static TrustedKeys follow(Nats nats, TokenVerifier verifier) throws IOException, InterruptedException {
        return new TrustedKeys(nats, verifier);
    }

    private void revocation(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> revoked.add(put.key());
            case Kv.Change.Deleted gone -> revoked.remove(gone.key());
        }
    }

    private void key(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put ->
                jwkByKid.put(put.key(), new String(put.value().bytes(), StandardCharsets.UTF_8));
            case Kv.Change.Deleted gone -> jwkByKid.remove(gone.key());
        }
        verifier.keys(Map.copyOf(jwkByKid));
    }

    @Override
    public void close() {
        keysWatch.close();
        revokedWatch.close();
    }
}
