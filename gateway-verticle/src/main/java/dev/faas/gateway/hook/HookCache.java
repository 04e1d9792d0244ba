package dev.faas.gateway.hook;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.faas.gateway.function.SeenRevisions;
import dev.faas.hook.PublishedHook;
import dev.faas.hook.PublishedHook.PathSecret;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.seal.OpeningKeys;
import dev.faas.webhook.RequestSignature;
import dev.faas.wire.Codec;
import dev.faas.wire.Codec.CodecException;
import dev.faas.wire.Problem;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows all hooks by watching the bucket HOOKS. Without that bucket, which an older registry does not create, no hook is
 * answered. Thread-safe.
 */
public final class HookCache {
    private static final Logger LOG = LoggerFactory.getLogger(HookCache.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration START_LIMIT = Duration.ofSeconds(2);
    private static final int RETRY_SECONDS = 5;
    private static final int MOST_OPENED = 10_000;
    /** Compared when there is no such hook: the answer takes the same time. */
    private static final List<PathSecret> NO_PATH = List.of(new PathSecret(Sha256.hex("no hook"), null));

    private final OpeningKeys keys;
    private final Map<String, PublishedHook> byId = new ConcurrentHashMap<>();
    /** Written by a newer version. */
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
    /** Empty: the secrets cannot be opened. */
    private final LoadingCache<String, Optional<Signature>> signatures =
            Caffeine.newBuilder().maximumSize(MOST_OPENED).build(this::open);

    private final SeenRevisions seen = new SeenRevisions();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final RepeatingTask following;
    private volatile Nats.@Nullable Subscription subscription;

    /** @param verifier empty: requests are not signed */
    private record Signature(Optional<RequestSignature> verifier) {}

    private HookCache(Kv bucket, OpeningKeys keys) {
        this.keys = keys;
        this.following = RepeatingTask.start("hooks", RETRY, () -> follow(bucket));
    }

    /** Waits a short time until all hooks have been read; those who ask before that are refused for now. Blocks. */
    public static HookCache open(Kv bucket, OpeningKeys keys) throws InterruptedException {
        var cache = new HookCache(bucket, keys);
        if (!cache.loaded.await(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("hooks not read yet, their requests are refused bucket={}", Subjects.HOOKS);
        }
        return cache;
    }

    /**
     * Finds a hook for who knows the secret of its address. An unknown hook and a wrong secret take the same time. Fails with
     * {@code unavailable} while hooks cannot be read.
     */
    Optional<PublishedHook> find(String id, String secret, Instant now) {
        if (loaded.getCount() > 0 || unreadable.contains(id)) {
            throw unavailable();
        }
        var hook = byId.get(id);
        var given = Sha256.hex(secret);
        boolean isValid = false;
        for (var path : hook == null ? NO_PATH : hook.paths()) {
            isValid |= isEqual(path.sha256(), given)
                    && (path.until() == null || path.until().isAfter(now));
        }
        return isValid ? Optional.ofNullable(hook) : Optional.empty();
    }

    private static boolean isEqual(String hash, String given) {
        return MessageDigest.isEqual(
                hash.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.US_ASCII));
    }

    /** Empty: its requests are not signed. Fails with {@code unavailable} when this gateway cannot open the secrets. */
    Optional<RequestSignature> signature(String id) {
        return signatures.get(id).orElseThrow(HookCache::unavailable).verifier();
    }

    private Optional<Signature> open(String id) {
        var hook = byId.get(id);
        if (hook == null) {
            return Optional.empty();
        }
        var form = hook.spec().signature();
        if (!form.hasSecrets()) {
            return Optional.of(new Signature(Optional.empty()));
        }
        var secrets = Stream.ofNullable(hook.secrets())
                .flatMap(stored -> stored.open(keys, hook.owner(), id).stream())
                .findFirst();
        if (secrets.isEmpty()) {
            LOG.warn("secrets of a hook not opened, its requests are refused hook={} keys={}", id, keys);
            return Optional.empty();
        }
        return Optional.of(new Signature(form.with(secrets.get())));
    }

    private static RuntimeException unavailable() {
        return Problem.unavailable("The hook cannot be read now. Nothing was accepted. Try again later.", RETRY_SECONDS)
                .asException();
    }

    /** Completes once this gateway has the bucket's changes up to this revision, or after 2 s. Call it on an event loop. */
    public Future<Void> awaitRevision(long revision) {
        return seen.await(revision);
    }

    private void follow(Kv bucket) throws InterruptedException {
        if (subscription != null) {
            return;
        }
        try {
            subscription = bucket.watchIfThere(this::apply, loaded::countDown).orElse(null);
        } catch (IOException | BusException e) {
            LOG.warn("hooks not read, trying again bucket={} cause={}", Subjects.HOOKS, e.getMessage());
        }
    }

    /** Called on one thread of the client library, in order. */
    private void apply(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> put(put.key(), put.value().bytes());
            case Kv.Change.Deleted deleted -> {
                byId.remove(deleted.key());
                unreadable.remove(deleted.key());
            }
        }
        // After the change: what is read from now on is of it.
        signatures.invalidate(change.key());
        seen.add(change.revision());
    }

    private void put(String id, byte[] bytes) {
        try {
            byId.put(id, Codec.decode(bytes, PublishedHook.class));
            unreadable.remove(id);
        } catch (CodecException e) {
            LOG.warn("hook not decoded, its requests are refused hook={} cause={}", id, e.getMessage());
            unreadable.add(id);
            byId.remove(id);
        }
    }

    public void close() throws InterruptedException {
        following.stop();
        if (subscription != null) {
            subscription.close();
        }
    }
}
