package dev.faas.auth;

import dev.faas.auth.LoginStore.Revocation;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logins whose access tokens count no longer, told to every verifier through the bucket REVOKED (key: sid, value: the
 * RFC 3339 time until which it matters). Postgres is where a revocation is true, and its column {@code announced} the
 * outbox: what could not be put is put later, so that none is lost. Thread-safe.
 */
final class Revocations {
    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);
    private static final long ANNOUNCE_LIMIT_MILLIS = 2_000;
    private static final long READ_LIMIT_SECONDS = 10;
    /** How long an entry that cannot be read is taken for a revocation. */
    private static final Duration UNREADABLE = Duration.ofDays(1);

    private final LoginStore store;
    private final Kv bucket;
    private final Context context;
    private final InstantSource clock;
    private final Promise<Void> known = Promise.promise();
    private final Map<String, Instant> untilBySid = new ConcurrentHashMap<>();

    Revocations(LoginStore store, Kv bucket, Context context, InstantSource clock) {
        this.store = store;
        this.bucket = bucket;
        this.context = context;
        this.clock = clock;
    }

    /** Follows the bucket from now on; {@link #known} tells when all that was in it has been read. */
    Nats.Subscription follow() throws IOException, InterruptedException {
        return bucket.watch(this::seen, known::tryComplete);
    }

    /** Until then nobody should be let in: a revoked login would pass. */
    Future<Void> known() {
        return known.future().timeout(READ_LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private void seen(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put(var sid, var revision, var value) ->
                untilBySid.put(sid, until(sid, new String(value.bytes(), StandardCharsets.UTF_8)));
            case Kv.Change.Deleted(var sid, var revision) -> untilBySid.remove(sid);
        }
    }

    boolean isRevoked(String sid) {
        return untilBySid.containsKey(sid);
    }

    /** Tells everybody. Succeeds also when the bus is away: then the outbox does it later. */
    Future<Void> announce(Revocation revocation) {
        untilBySid.put(revocation.sid(), revocation.until());
        return put(revocation).recover(away -> {
            LOG.warn("the end of login {} is announced later: {}", revocation.sid(), away.getMessage());
            return Future.succeededFuture();
        });
    }

    /** Works through the outbox, up to the first that fails. */
    Future<Void> announcePending() {
        return store.unannounced(clock.instant()).compose(pending -> inTurn(pending, this::put));
    }

    /** Puts all that are in force, for a bucket that may have lost some. */
    Future<Void> restore() {
        return store.inForce(clock.instant()).compose(all -> inTurn(all, this::put));
    }

    /** Forgets, here and in the bucket, what no longer matters. */
    Future<Void> prune() {
        var now = clock.instant();
        var over = untilBySid.entrySet().stream()
                .filter(entry -> entry.getValue().isBefore(now))
                .map(Map.Entry::getKey)
                .toList();
        return inTurn(
                over,
                sid -> Future.fromCompletionStage(bucket.delete(sid), context)
                        .onSuccess(deleted -> untilBySid.remove(sid))
                        .mapEmpty());
    }

    private Instant until(String sid, String value) {
        try {
            return Instant.parse(value);
        } catch (DateTimeParseException e) {
            LOG.warn("the bucket REVOKED says until '{}' of login {}: taken for revoked", value, sid);
            return clock.instant().plus(UNREADABLE);
        }
    }

    private Future<Void> put(Revocation revocation) {
        var value = revocation.until().toString().getBytes(StandardCharsets.UTF_8);
        return Future.fromCompletionStage(bucket.put(revocation.sid(), value), context)
                .timeout(ANNOUNCE_LIMIT_MILLIS, TimeUnit.MILLISECONDS)
                .compose(stored -> store.announced(revocation.sid()));
    }

    private static <T> Future<Void> inTurn(List<T> items, Function<T, Future<Void>> work) {
        Future<Void> done = Future.succeededFuture();
        for (var item : items) {
            done = done.compose(before -> work.apply(item));
        }
        return done;
    }
}
