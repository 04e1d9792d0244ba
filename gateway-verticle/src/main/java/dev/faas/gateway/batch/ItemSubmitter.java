package dev.faas.gateway.batch;

import dev.faas.acceptance.Acceptance;
import dev.faas.acceptance.Accepted;
import dev.faas.acceptance.IdempotencyKeys;
import dev.faas.acceptance.Submission;
import dev.faas.acceptance.SubmitRequest;
import dev.faas.activation.Activation.Batch;
import dev.faas.batch.ItemIds;
import dev.faas.gateway.forward.BatchClient;
import dev.faas.gateway.forward.BatchClient.Opened;
import dev.faas.gateway.forward.Caller;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Accepts the items of one batch. An item that an earlier request of the same batch has had accepted is not accepted again: it
 * is in the ledger, or else in the stream, which refuses a second one. Runs on one event loop.
 */
final class ItemSubmitter {
    /** An activation is not pruned so soon after the ledger has its end. */
    private static final Duration LEDGER_AGE = Duration.ofSeconds(2);

    private final Acceptance acceptance;
    private final BatchClient batches;
    private final InstantSource clock;
    private final FunctionRevision function;
    private final Opened batch;
    private final OptionalInt size;
    private final boolean hasKey;
    private final Caller caller;
    private final ItemIds ids;
    private Future<Ledger> ledger;
    private Instant askedAt;

    /** What the ledger had at a time. */
    private record Ledger(Map<String, String> known, Instant at) {}

    /** @param hasKey whether other requests may submit the same items */
    ItemSubmitter(
            Acceptance acceptance,
            BatchClient batches,
            InstantSource clock,
            FunctionRevision function,
            Opened batch,
            OptionalInt size,
            boolean hasKey,
            Caller caller) {
        this.acceptance = acceptance;
        this.batches = batches;
        this.clock = clock;
        this.function = function;
        this.batch = batch;
        this.size = size;
        this.hasKey = hasKey;
        this.caller = caller;
        this.ids = new ItemIds(batch.id(), batch.seed().getBytes());
        this.askedAt = batch.isNew() ? clock.instant() : Instant.EPOCH;
        this.ledger = Future.succeededFuture(new Ledger(Map.of(), askedAt));
    }

    /** Completes with the id of its activation. */
    Future<String> submit(int index, Submission submission) {
        var id = ids.id(index);
        var item = new Batch(batch.id(), index, size.isPresent() ? size.getAsInt() : null, ids.content(submission));
        var request = new SubmitRequest(function, submission, item, caller);
        return ledger(id).compose(asked -> {
            var known = asked.known.get(id);
            return known == null ? accept(id, request, item, asked.at) : requireSame(item, known, id);
        });
    }

    /** Asked again after a while, for the items from this one on. */
    private Future<Ledger> ledger(String from) {
        var now = clock.instant();
        if (!hasKey) {
            return Future.succeededFuture(new Ledger(Map.of(), now));
        }
        if (ledger.failed() || askedAt.plus(LEDGER_AGE).isBefore(now)) {
            askedAt = now;
            ledger = batches.known(batch.id(), from, caller).map(known -> new Ledger(known, now));
        }
        return ledger;
    }

    private Future<String> accept(String id, SubmitRequest request, Batch item, Instant safeFrom) {
        return acceptance
                .acceptUnlessInStream(id, request, safeFrom)
                // One that is in the stream is answered also when a new one would be refused.
                .recover(refused -> hasKey
                                && refused instanceof ProblemException problem
                                && (problem.problem().status() == 429
                                        || problem.problem().isFunctionPaused())
                        ? acceptance.acceptNamed(id, request, none -> Future.succeededFuture(Optional.empty()))
                        : Future.failedFuture(refused))
                .compose(accepted -> switch (accepted) {
                    case Accepted.InStream(var newest) ->
                        requireSame(item, contentOf(newest.record().activation().batch()), id);
                    case Accepted.InLedger found -> Future.succeededFuture(id);
                });
    }

    private static String contentOf(@Nullable Batch batch) {
        return batch == null ? "" : batch.content();
    }

    private static Future<String> requireSame(Batch item, String content, String id) {
        return content.equals(item.content())
                ? Future.succeededFuture(id)
                : Future.failedFuture(
                        IdempotencyKeys.keyReused("item of a batch").asException());
    }
}
