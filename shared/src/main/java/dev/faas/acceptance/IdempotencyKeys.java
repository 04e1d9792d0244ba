package dev.faas.acceptance;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.nats.Stream;
import dev.faas.nats.retry.BusAnswer;
import dev.faas.nats.retry.BusRetry;
import dev.faas.quota.FairShare;
import dev.faas.quota.Quota;
import dev.faas.quota.Quota.Limit;
import dev.faas.wire.Codec;
import dev.faas.wire.IdempotencyEntry;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Maps Idempotency-Keys, or ids of deliveries to hooks, to activation ids, for all gateways, for the bucket's 24 hours. An entry is created before its
 * activation is accepted, and does not say whether it was: a repeated request checks that, and continues where the first one
 * stopped.
 *
 * <p>Keys and request contents are stored as HMACs, so that neither can be guessed from the bucket. The first gateway creates
 * the secret, and all gateways read it.
 */
public final class IdempotencyKeys implements ActivationNames {
    private static final String SECRET = "idempotency";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SECRET_BYTES = 32;
    private static final int ROOM_RETRY_SECONDS = 60;
    private static final Duration DAY = Duration.ofDays(1);

    private final Kv bucket;
    private final boolean isOfHooks;
    private final BusRetry bus;
    private final SecretKeySpec secret;
    private final Function<String, Quota> quotas;
    /** How many keys this gateway has stored for each owner, in a day that begins with the first one. */
    private final LoadingCache<String, AtomicLong> stored =
            Caffeine.newBuilder().expireAfterWrite(DAY).build(owner -> new AtomicLong());

    /** Of the bucket. */
    private final RefreshingValue<Stream.State> room;

    private IdempotencyKeys(Kv bucket, boolean isOfHooks, BusRetry bus, byte[] secret, Function<String, Quota> quotas) {
        this.bucket = bucket;
        this.isOfHooks = isOfHooks;
        this.room = new RefreshingValue<>(bucket::state);
        this.quotas = quotas;
        this.bus = bus;
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    /** Blocks until the secret is read.
     *
     * @param quotas by owner
     */
    public static IdempotencyKeys open(Nats nats, BusRetry bus, Function<String, Quota> quotas, Duration limit)
            throws InterruptedException, DependencyMissing {
        return open(nats, false, bus, quotas, limit);
    }

    /** Of deliveries to hooks, in a bucket of their own. Blocks until the secret is read. */
    public static IdempotencyKeys ofHooks(Nats nats, BusRetry bus, Duration limit)
            throws InterruptedException, DependencyMissing {
        return open(nats, true, bus, owner -> Quota.unlimited(), limit);
    }

    private static IdempotencyKeys open(
            Nats nats, boolean isOfHooks, BusRetry bus, Function<String, Quota> quotas, Duration limit)
            throws InterruptedException, DependencyMissing {
        var shared = nats.kv(Subjects.GATEWAY);
        var fresh = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(fresh);
        var secret = shared.create(SECRET, fresh)
                .thenApply(made -> fresh)
                .exceptionallyCompose(
                        failure -> BusException.unwrap(failure) instanceof BusException.CompareAndSetRefused
                                ? readSecret(shared)
                                : CompletableFuture.failedFuture(failure));
        try {
            return new IdempotencyKeys(
                    nats.kv(isOfHooks ? Subjects.HOOK_KEYS : Subjects.IDEMPOTENCY),
                    isOfHooks,
                    bus,
                    secret.get(limit.toMillis(), TimeUnit.MILLISECONDS),
                    quotas);
        } catch (ExecutionException | TimeoutException e) {
            throw new DependencyMissing(
                    "bucket " + Subjects.GATEWAY + " could not be read. Start registry-service, which creates it.", e);
        }
    }

    private static CompletableFuture<byte[]> readSecret(Kv shared) {
        return shared.get(SECRET).thenApply(found -> found.orElseThrow().value().bytes());
    }

    /**
     * Finds the activation of a key, or assigns the fresh id to it. Fails with {@code idempotency_key_reused} when the key
     * belongs to a request with another content, with {@code quota_exceeded} when the owner has used too many keys, or more than
     * a fair share of a bucket that is more than half full, and with {@code unavailable} when NATS cannot be asked or has no room
     * for another key: then nothing was accepted.
     */
    @Override
    public Future<KeyClaim> claim(SubmitRequest request, String freshId) {
        var owner = request.function().owner();
        var count = stored.get(owner);
        long quota = quotas.apply(owner).of(Limit.IDEMPOTENCY_KEYS_PER_DAY);
        long most = Math.min(quota, share());
        // Counted before it is stored: of many requests at once only as many as are left pass.
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            return find(request)
                    .map(known -> new KeyClaim(known.orElseThrow(() -> tooMany(owner, most, quota)), false));
        }
        return store(request, freshId).onComplete(stored -> {
            if (stored.failed() || !stored.result().isNew()) {
                count.decrementAndGet();
            }
        });
    }

    /** How many keys one owner may store at this gateway: any number while half of the bucket is free. */
    private long share() {
        var state = room.value();
        if (!state.isDone() || state.isCompletedExceptionally()) {
            return Long.MAX_VALUE;
        }
        var now = state.join();
        return now.fillRatio() <= FairShare.SHARED_ABOVE
                ? Long.MAX_VALUE
                : (long) (FairShare.bytes(now.maxBytes(), stored.estimatedSize()) * now.messages() / now.bytes());
    }

    private Future<KeyClaim> store(SubmitRequest request, String freshId) {
        var name = entryName(request);
        var entry = new IdempotencyEntry(freshId, hmac(request.content()));
        return bus.ask(
                request.origin(),
                () -> bucket.create(name, Codec.encode(entry))
                        .thenApply(made -> new KeyClaim(freshId, true))
                        .exceptionallyCompose(failure -> switch (BusException.unwrap(failure)) {
                            // The entry may expire before it is read: then the next request creates it.
                            case BusException.CompareAndSetRefused taken ->
                                findClaim(name, entry, BusAnswer.unavailable());
                            // A full bucket may answer this for a key that it has.
                            case BusException.StreamFull full -> findClaim(name, entry, noRoom());
                            case Throwable other -> CompletableFuture.failedFuture(other);
                        }));
    }

    @Override
    public Future<Optional<String>> find(SubmitRequest request) {
        var name = entryName(request);
        var meaning = hmac(request.content());
        return bus.ask(request.origin(), () -> findId(name, meaning));
    }

    private CompletableFuture<Optional<String>> findId(String name, String meaning) {
        return bucket.get(name)
                .thenApply(found -> found.map(value -> {
                    var entry = Codec.decode(value.value().bytes(), IdempotencyEntry.class);
                    if (!entry.meaning().equals(meaning)) {
                        throw (isOfHooks ? deliveryIdReused() : keyReused("function")).asException();
                    }
                    return entry.activationId();
                }));
    }

    private CompletableFuture<KeyClaim> findClaim(String name, IdempotencyEntry fresh, Problem otherwise) {
        return findId(name, fresh.meaning())
                .thenApply(found -> found.orElseThrow(otherwise::asException))
                // Our own, when an earlier attempt was stored and its answer lost.
                .thenApply(id -> new KeyClaim(id, id.equals(fresh.activationId())));
    }

    private String entryName(SubmitRequest request) {
        var key = request.key().orElseThrow();
        return hmac((request.scope() + " " + key.text()).getBytes(StandardCharsets.UTF_8));
    }

    private Problem noRoom() {
        if (isOfHooks) {
            return Problem.unavailable(
                            "There is no room for another delivery id until older ones expire after 24 hours. Nothing was"
                                    + " accepted. Send the request again later.",
                            ROOM_RETRY_SECONDS)
                    .with("dependency", "nats");
        }
        return Problem.unavailable(
                        "There is no room for another Idempotency-Key until older keys expire after 24 hours. Nothing"
                                + " was accepted. Repeat the request later, or submit without a key; then a repeated"
                                + " request may run twice.",
                        ROOM_RETRY_SECONDS)
                .with("dependency", "nats");
    }

    private ProblemException tooMany(String owner, long most, long quota) {
        if (isOfHooks) {
            return noRoom().asException();
        }
        var left = stored.policy()
                .expireAfterWrite()
                .flatMap(expiry -> expiry.ageOf(owner))
                .map(DAY::minus)
                .orElse(DAY);
        var reason = most < quota
                ? "The platform's room for Idempotency-Keys is more than half full, and " + most
                        + " keys within a day are a fair share of it."
                : "You have used " + most + " Idempotency-Keys within a day, which is the limit for one user.";
        return Problem.quotaExceeded(
                        reason + " Nothing was accepted. Submit without a key; then a repeated request may run twice.")
                .withRetryAfter((int) Math.max(1, left.toSeconds()))
                .asException();
    }

    /** @param target what the requests were sent to */
    public static Problem keyReused(String target) {
        return Problem.of(
                422,
                "idempotency_key_reused",
                "Idempotency-Key reused",
                "This Idempotency-Key was used for another request to this " + target
                        + " within the last 24 hours. Use a new"
                        + " key for a new request, or repeat the first request unchanged.");
    }

    private static Problem deliveryIdReused() {
        return Problem.of(
                422,
                "idempotency_key_reused",
                "Idempotency-Key reused",
                "This delivery id was used for another body within the last 24 hours. Nothing was accepted.");
    }

    private String hmac(byte[] text) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return HexFormat.of().formatHex(mac.doFinal(text));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JVM has " + ALGORITHM, e);
        }
    }
}
