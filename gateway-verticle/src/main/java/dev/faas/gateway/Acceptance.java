package dev.faas.gateway;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.Appended;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Order;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Stage;
import dev.faas.gateway.Backpressure.Place;
import dev.faas.nats.BusException;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * Accepts activations. The accepted event is the commit point: once it is stored the activation will run, and only then is
 * its command put into the queue, behind the answer's back.
 *
 * <pre>
 *   without a key ───────────────────────────────────────────────────────▶ accept a new id
 *   with a key ──▶ new: the key stands for a new id ─────────────────────▶ accept it
 *              └─▶ known: in the stream? in the ledger? ── yes ──▶ the answer of then
 *                                                       └─ neither ──────▶ accept it now
 * </pre>
 *
 * Of two that accept the same id at once "must not exist" refuses one, which has the other's then. It would succeed again
 * for one that has ended and been pruned, which is why the ledger is asked, and why whoever was frozen since may not go on.
 */
final class Acceptance {
    /** Shorter than what has ended stays in the stream. */
    private static final Duration LOOKED_LATELY = Duration.ofMinutes(1);

    private final ActivationEvents events;
    private final Enqueuing queue;
    private final Backpressure pressure;
    private final IdempotencyKeys keys;
    private final ActivationReader reader;
    private final InstantSource clock;

    Acceptance(
            ActivationEvents events,
            Enqueuing queue,
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
    Future<Accepted> accept(Wanted wanted) {
        var begun = now();
        var freshId = Ids.activation(begun);
        if (wanted.key().isEmpty()) {
            return store(freshId, wanted, begun);
        }
        return keys.name(wanted.scope(), wanted.key().get(), wanted.meaning(), freshId)
                .compose(named -> named.isNew()
                        ? store(named.activationId(), wanted, begun)
                        : again(named.activationId(), wanted, begun));
    }

    private Future<Accepted> again(String id, Wanted wanted, Instant begun) {
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

    private Future<Accepted> store(String id, Wanted wanted, Instant begun) {
        return pressure.admit(wanted.function(), wanted.submission().argumentBytes())
                .compose(place -> store(id, wanted, begun, place).onFailure(refused -> place.settled()));
    }

    private Future<Accepted> store(String id, Wanted wanted, Instant begun, Place place) {
        if (wanted.key().isPresent() && now().isAfter(begun.plus(LOOKED_LATELY))) {
            return Future.failedFuture(Bus.away().asException());
        }
        var first = ActivationRecord.accept(
                activation(id, wanted),
                new Order(wanted.function().spec(), wanted.submission().argument()));
        return Bus.answer(events.accept(first).exceptionally(failure -> {
                    throw told(BusException.cause(failure), id, wanted.key().isPresent());
                }))
                .map(appended -> stored(appended, wanted, place));
    }

    private Activation activation(String id, Wanted wanted) {
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

    private Accepted stored(Appended appended, Wanted wanted, Place place) {
        return switch (appended) {
            case Appended.Stored(var snapshot) -> {
                Stage.ACCEPTED.reached(snapshot.record().id());
                yield accepted(snapshot, place);
            }
            case Appended.Superseded(var actual)
            when actual.isPresent() && wanted.key().isPresent() -> accepted(actual.get(), place);
            // 74 random bits a millisecond: somebody else's id is a fault, not bad luck.
            case Appended.Superseded other -> throw new IllegalStateException("a new id was taken already");
        };
    }

    /** Who accepted it may have died before it was enqueued. */
    private Accepted accepted(Snapshot newest, Place place) {
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
            case BusException away -> Bus.away().asException();
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
                .retryAfter(2)
                .asException();
    }
}
