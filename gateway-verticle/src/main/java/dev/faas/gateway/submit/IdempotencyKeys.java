package dev.faas.gateway.submit;

import dev.faas.gateway.forward.BusAnswer;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.IdempotencyEntry;
import dev.faas.wire.Problem;
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
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Which activation an Idempotency-Key stands for, in all gateways alike, for the bucket's 24 hours. An entry is made before
 * its activation is accepted, and says nothing about whether it was: who repeats a request looks, and goes on where the one
 * before has stopped.
 *
 * <p>Names and meanings are stored as HMACs under a secret that the first gateway makes and all read, so that neither keys
 * nor arguments can be guessed from the bucket.
 */
public final class IdempotencyKeys {
    private static final String SECRET = "idempotency";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SECRET_BYTES = 32;
    private static final int ROOM_RETRY_SECONDS = 60;

    /** An activation's id, and whether this request was the first to ask for it. */
    record Named(String activationId, boolean isNew) {}

    private final Kv bucket;
    private final SecretKeySpec secret;

    private IdempotencyKeys(Kv bucket, byte[] secret) {
        this.bucket = bucket;
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    /** Blocks until the secret is known. */
    public static IdempotencyKeys open(Nats nats, Duration limit) throws InterruptedException, DependencyMissing {
        var shared = nats.kv(Subjects.GATEWAY);
        var fresh = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(fresh);
        var secret = shared.create(SECRET, fresh)
                .thenApply(made -> fresh)
                .exceptionallyCompose(
                        failure -> BusException.unwrap(failure) instanceof BusException.CompareAndSetRefused
                                ? existing(shared)
                                : CompletableFuture.failedFuture(failure));
        try {
            return new IdempotencyKeys(
                    nats.kv(Subjects.IDEMPOTENCY), secret.get(limit.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            throw new DependencyMissing(
                    "the bucket " + Subjects.GATEWAY + " could not be read: the registry makes it", e);
        }
    }

    private static CompletableFuture<byte[]> existing(Kv shared) {
        return shared.get(SECRET).thenApply(found -> found.orElseThrow().value().bytes());
    }

    /**
     * Finds what the key stands for, or makes it stand for a new id. Fails with {@code idempotency_key_reused} when it stands
     * for something else, with {@code unavailable} when that cannot be told or there is no room for another key: then nothing
     * has been accepted.
     *
     * @param scope within which the client may use the key once
     * @param meaning all that the request asks for
     */
    Future<Named> name(String scope, IdempotencyKey key, byte[] meaning, String freshId) {
        var name = named(scope, key);
        var entry = new IdempotencyEntry(freshId, hmac(meaning));
        return BusAnswer.answer(bucket.create(name, Codec.encode(entry))
                .thenApply(made -> new Named(freshId, true))
                .exceptionallyCompose(failure -> switch (BusException.unwrap(failure)) {
                    // Expired since it was refused: as good as never made, and the next request makes it.
                    case BusException.CompareAndSetRefused taken -> before(name, entry, BusAnswer.away());
                    // A full bucket may say so of a key that it has.
                    case BusException.StreamFull full -> before(name, entry, noRoom());
                    case Throwable other -> CompletableFuture.failedFuture(other);
                }));
    }

    /** The activation that the key stands for, if it stands for one. Fails as {@link #name} does. */
    Future<Optional<String>> find(String scope, IdempotencyKey key, byte[] meaning) {
        return BusAnswer.answer(existing(named(scope, key), hmac(meaning)));
    }

    private CompletableFuture<Optional<String>> existing(String name, String meaning) {
        return bucket.get(name)
                .thenApply(found -> found.map(value -> {
                    var entry = Codec.decode(value.value().bytes(), IdempotencyEntry.class);
                    if (!entry.meaning().equals(meaning)) {
                        throw reused().asException();
                    }
                    return entry.activationId();
                }));
    }

    private CompletableFuture<Named> before(String name, IdempotencyEntry now, Problem otherwise) {
        return existing(name, now.meaning())
                .thenApply(found -> new Named(found.orElseThrow(otherwise::asException), false));
    }

    private String named(String scope, IdempotencyKey key) {
        return hmac((scope + " " + key.text()).getBytes(StandardCharsets.UTF_8));
    }

    private static Problem noRoom() {
        return Problem.of(
                        503,
                        "unavailable",
                        "Temporarily unavailable",
                        "There is no room for another Idempotency-Key until older ones have had their 24 hours. Nothing was"
                                + " accepted. Repeat the request in a while, or submit without a key: then a repeat may run"
                                + " twice.")
                .with("dependency", "nats")
                .withRetryAfter(ROOM_RETRY_SECONDS);
    }

    private static Problem reused() {
        return Problem.of(
                422,
                "idempotency_key_reused",
                "Idempotency-Key reused",
                "This Idempotency-Key was used for another request to this function within the last 24 hours. Take a new"
                        + " key for a new request; repeat a request unchanged.");
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
