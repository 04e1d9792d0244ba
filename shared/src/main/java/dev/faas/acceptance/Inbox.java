package dev.faas.acceptance;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.faas.nats.BusException;
import dev.faas.nats.Nats;
import dev.faas.nats.Stream;
import dev.faas.nats.retry.BusAnswer;
import dev.faas.nats.retry.BusRetry;
import dev.faas.quota.FairShare;
import dev.faas.wire.Problem;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Publishes messages on subjects of users. While the stream of all messages is more than half full, an owner has a fair share of
 * it: as many of its messages as wait, times the mean size of those that it has published here. Thread-safe.
 */
public final class Inbox {
    private static final String MESSAGE_ID = "Nats-Msg-Id";
    private static final int RETRY_SECONDS = 10;
    /** Estimate: what the stream adds to a message. */
    private static final int OVERHEAD_BYTES = 128;
    /** Of the newest size in the moving mean. */
    private static final double WEIGHT = 1.0 / 64;
    /** What waits longer is removed. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(3);

    /**
     * @param headers such as {@code ce-type}
     * @param key with which a repeat within 10 minutes is not stored again; empty: it is no repeat
     */
    public record Message(
            String owner, String subject, Map<String, String> headers, Buffer body, Optional<String> key) {
        private int bytes() {
            return body.length()
                    + OVERHEAD_BYTES
                    + headers.entrySet().stream()
                            .mapToInt(header ->
                                    header.getKey().length() + header.getValue().length())
                            .sum();
        }
    }

    private static final class OwnerPart {
        private final CountEstimate waiting = new CountEstimate();
        private final RefreshingValue<Long> count;
        private volatile double meanBytes;

        private OwnerPart(Stream stream, String owner) {
            this.count = new RefreshingValue<>(() -> {
                long added = waiting.addedSoFar();
                return stream.count(Subjects.inbox(owner, ">")).whenComplete((found, failure) -> {
                    if (failure == null) {
                        waiting.update(added, found);
                    }
                });
            });
        }

        /** A concurrent call may lose its size: acceptable, since the mean is an estimate. */
        private void add(int bytes) {
            waiting.add(1);
            double mean = meanBytes;
            meanBytes = mean == 0 ? bytes : mean + (bytes - mean) * WEIGHT;
        }
    }

    private final Stream stream;
    private final BusRetry bus;
    private final RefreshingValue<Stream.State> room;
    private final LoadingCache<String, OwnerPart> owners;

    public Inbox(Nats nats, BusRetry bus) {
        this.stream = nats.stream(Subjects.INBOX);
        this.bus = bus;
        this.room = new RefreshingValue<>(stream::state);
        this.owners =
                Caffeine.newBuilder().expireAfterAccess(LONGEST_WAIT).build(owner -> new OwnerPart(stream, owner));
    }

    /**
     * Completes with its sequence once it is stored, or at once dropped since no source reads it. Fails with {@code
     * quota_exceeded}, {@code unavailable} or {@code outcome_unknown}. Call it on an event loop.
     */
    public Future<Long> publish(Message message, BusRetry.Request origin) {
        var owner = owners.get(message.owner());
        var subject = Subjects.inbox(message.owner(), message.subject());
        var headers = new HashMap<>(message.headers());
        // Also without a key: NATS is asked again when it does not answer.
        headers.put(
                MESSAGE_ID,
                message.key()
                        .map(key -> Sha256.hex(subject + " " + key))
                        .orElseGet(() -> UUID.randomUUID().toString()));
        return bus.ask(origin, room::value)
                .compose(state -> state.fillRatio() <= FairShare.SHARED_ABOVE
                        ? Future.succeededFuture()
                        : bus.ask(origin, owner.count::value).map(counted -> requireShare(state, owner)))
                .compose(admitted -> {
                    owner.add(message.bytes());
                    return bus.ask(
                                    origin,
                                    () -> stream.append(
                                            subject, headers, message.body().getBytes()),
                                    Inbox::toProblem)
                            .onComplete(done -> owner.waiting.settle(1));
                });
    }

    private Void requireShare(Stream.State state, OwnerPart owner) {
        if (owner.waiting.value() * owner.meanBytes > FairShare.bytes(state.maxBytes(), owners.estimatedSize())) {
            throw Problem.quotaExceeded(
                            "The room for messages is more than half full, and those of yours that no source has submitted"
                                    + " yet take more than a fair share of it. Nothing was stored. Try again in "
                                    + RETRY_SECONDS + " s, or resume or delete the sources that do not read them.",
                            RETRY_SECONDS)
                    .asException();
        }
        return null;
    }

    private static Throwable toProblem(Throwable failure) {
        return switch (failure) {
            case BusException.OutcomeUnknown unknown ->
                Problem.of(
                                503,
                                "outcome_unknown",
                                "Outcome unknown",
                                "The stream of messages did not confirm in time that it stored the message. Repeat the"
                                        + " request with the same Idempotency-Key: then it is stored once. Without a key"
                                        + " a repeat may be a second message.")
                        .withRetryAfter(2)
                        .asException();
            case BusException.StreamFull full ->
                Problem.unavailable(
                                "The stream of messages is full. Nothing was stored. Try again in " + RETRY_SECONDS
                                        + " s.",
                                RETRY_SECONDS)
                        .with("dependency", "nats")
                        .asException();
            case BusException other -> BusAnswer.unavailable().asException();
            default -> failure;
        };
    }
}
