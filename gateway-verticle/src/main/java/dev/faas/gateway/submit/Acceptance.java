package dev.faas.gateway.submit;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationEvents.Draft;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationStage;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.gateway.forward.BusAnswer;
import dev.faas.gateway.read.ActivationReader;
import dev.faas.gateway.submit.Backpressure.Reservation;
import dev.faas.nats.BusException;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Accepts activations. The accepted event is the commit point: once it is stored the activation will run, and only then is
 * its command put into the queue, behind the answer's back.
 *
 * <pre>
 *   without a key ── is there room? ─────────────────────────────────────▶ accept a new id
 *   with a key ───── is there room? ── new: the key stands for a new id ─▶ accept it
 *                                   └─ known: in the stream? in the ledger? ── yes ──▶ the answer of then
 *                                                                           └─ neither ──▶ accept it now
 * </pre>
 *
 * A key is made only for what there is room for, so that refused requests use up no room for keys; one that is known is
 * answered whether there is room or not.
 *
 * Of two that accept the same id at once "must not exist" refuses one, which has the other's then. It would succeed again
 * for one that has ended and been pruned, which is why the ledger is asked, and why whoever was frozen since may not go on.
 */
public final class Acceptance {
    /** Shorter than what has ended stays in the stream, even a crowded one. */
    private static final Duration LOOKED_LATELY = Duration.ofSeconds(5);

    private final ActivationEvents events;
    private final CommandEnqueuer queue;
    private final Backpressure pressure;
    private final IdempotencyKeys keys;
    private final ActivationReader reader;
    private final InstantSource clock;

    public Acceptance(
            ActivationEvents events,
            CommandEnqueuer queue,
            Backpressure pressure,
            IdempotencyKeys keys,
            ActivationReader reader,
            InstantSource clock) {
        this.events = events;
        this.queue = queue;
        this.pressure = pressure;
        this.keys = keys;
        this.reader = reader;
        this.clock = clock;
    }

    /**
     * Completes once it will not be lost. Fails with {@code outcome_unknown} and the id; with anything else nothing was
     * accepted.
     */
    public Future<Accepted> accept(SubmitRequest wanted) {
        var begun = now();
        var freshId = Ids.activation(begun);
        if (wanted.key().isEmpty()) {
            return store(freshId, wanted, begun);
        }
        var draft = draft(freshId, wanted);
        return admitted(wanted, draft).transform(admission -> {
            if (admission.failed()) {
                return known(wanted, begun)
                        .compose(before ->
                                before.map(Future::succeededFuture).orElse(Future.failedFuture(admission.cause())));
            }
            return named(freshId, draft, wanted, begun, admission.result());
        });
    }

    /** What the key stands for already, if it stands for anything. */
    private Future<Optional<Accepted>> known(SubmitRequest wanted, Instant begun) {
        return keys.find(wanted.scope(), wanted.key().orElseThrow(), wanted.meaning())
                .compose(id -> id.isPresent()
                        ? again(id.get(), wanted, begun).map(Optional::of)
                        : Future.succeededFuture(Optional.empty()));
    }

    private Future<Accepted> named(
            String freshId, Draft draft, SubmitRequest wanted, Instant begun, Reservation place) {
        return keys.name(wanted.scope(), wanted.key().orElseThrow(), wanted.meaning(), freshId)
                .onFailure(unnamed -> place.settled())
                .compose(named -> {
                    if (named.isNew()) {
                        return store(draft, wanted, begun, place);
                    }
                    place.settled();
                    return again(named.activationId(), wanted, begun);
                });
    }

    private Future<Accepted> again(String id, SubmitRequest wanted, Instant begun) {
        return reader.alive(id, wanted.caller()).compose(alive -> {
            if (alive.isPresent()) {
                return Future.succeededFuture(accepted(alive.get(), () -> {}));
            }
            return reader.ledger(id, wanted.caller())
                    .compose(past -> past.<Future<Accepted>>map(
                                    entry -> Future.succeededFuture(new Accepted.Past(id, entry)))
                            .orElseGet(() -> store(id, wanted, begun)));
        });
    }

    private Future<Accepted> store(String id, SubmitRequest wanted, Instant begun) {
        var draft = draft(id, wanted);
        return admitted(wanted, draft).compose(place -> store(draft, wanted, begun, place));
    }

    private Future<Reservation> admitted(SubmitRequest wanted, Draft draft) {
        return pressure.admit(wanted.function(), draft.size());
    }

    private Draft draft(String id, SubmitRequest wanted) {
        return new Draft(ActivationRecord.accept(
                activation(id, wanted),
                new RunSpec(wanted.function().spec(), wanted.submission().argument())));
    }

    /** Whatever goes wrong, the place is free again. */
    private Future<Accepted> store(Draft draft, SubmitRequest wanted, Instant begun, Reservation place) {
        boolean late = wanted.key().isPresent() && now().isAfter(begun.plus(LOOKED_LATELY));
        return (late ? Future.<AppendResult>failedFuture(BusAnswer.away().asException()) : append(draft, wanted))
                .map(appended -> stored(appended, wanted, place))
                .onFailure(refused -> place.settled());
    }

    private Future<AppendResult> append(Draft draft, SubmitRequest wanted) {
        return BusAnswer.answer(events.accept(draft).exceptionally(failure -> {
            throw told(BusException.unwrap(failure), draft.id(), wanted.key().isPresent());
        }));
    }

    private Activation activation(String id, SubmitRequest wanted) {
        var function = wanted.function();
        var spec = function.spec();
        return new Activation(
                id,
                function.owner(),
                new FunctionKey(function.id(), spec.name(), function.revision()),
                spec.image(),
                spec.delivery(),
                wanted.submission().timeoutSeconds().orElse(spec.limits().timeoutSeconds()),
                spec.retry(),
                Ids.timeOf(id),
                // Not from the id's time: a key's may be of yesterday.
                now().plusSeconds(spec.queue().ttlSeconds()),
                wanted.submission().tags(),
                wanted.caller().requestId());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private Accepted stored(AppendResult appended, SubmitRequest wanted, Reservation place) {
        return switch (appended) {
            case AppendResult.Stored(var snapshot) -> {
                ActivationStage.ACCEPTED.record(snapshot.record().id());
                yield accepted(snapshot, place);
            }
            case AppendResult.Superseded(var actual)
            when actual.isPresent() && wanted.key().isPresent() -> accepted(actual.get(), place);
            // 74 random bits a millisecond: somebody else's id is a fault, not bad luck.
            case AppendResult.Superseded other -> throw new IllegalStateException("a new id was taken already");
        };
    }

    /** Who accepted it may have died before it was enqueued. */
    private Accepted accepted(Snapshot newest, Reservation place) {
        if (newest.record() instanceof ActivationRecord.Queued queued && queued.nextAttemptAt() == null) {
            queue.enqueue(ActivationCommand.of(queued.activation()), place::settled);
        } else {
            place.settled();
        }
        return new Accepted.Alive(newest);
    }

    private static RuntimeException told(Throwable failure, String id, boolean hasKey) {
        return switch (failure) {
            case BusException.OutcomeUnknown unknown -> outcomeUnknown(id, hasKey);
            case BusException.StreamFull full -> Backpressure.noRoom();
            case BusException away -> BusAnswer.away().asException();
            case RuntimeException other -> other;
            default -> new IllegalStateException(failure);
        };
    }

    private static RuntimeException outcomeUnknown(String id, boolean hasKey) {
        return Problem.of(
                        503,
                        "outcome_unknown",
                        "Outcome unknown",
                        "Storing the activation was not confirmed in time: it may run or not. "
                                + (hasKey
                                        ? "Repeat the request with the same Idempotency-Key: it will not run twice."
                                        : "Ask for it by its id in a few seconds before you submit it again; with an"
                                                + " Idempotency-Key you could just repeat it."))
                .with("activationId", id)
                .withRetryAfter(2)
                .asException();
    }
}
