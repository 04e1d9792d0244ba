package dev.faas.acceptance;

import dev.faas.acceptance.Backpressure.Reservation;
import dev.faas.activation.Activation;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.Activation.Trigger;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationEvents.Draft;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationStage;
import dev.faas.activation.MaxLifetime;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.nats.BusException;
import dev.faas.nats.retry.BusAnswer;
import dev.faas.nats.retry.BusRetry;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.ArgumentAs;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Accepts activations. The accepted event is the commit point: once it is stored, the activation will run. Its command is
 * put into the queue afterwards, and the client's response does not wait for that.
 *
 * <pre>
 *   without a key ── is there room? ──────────────────────────────────────▶ accept a new id
 *   with a key ───── is there room? ── new: the key claims a new id ──────▶ accept it
 *                                   └─ known: in the stream? in the ledger? ── yes ──▶ the first response again
 *                                                                           └─ neither ──▶ accept it now
 * </pre>
 *
 * A key is claimed only when there is room for its activation, so that refused requests do not fill the bucket of keys. A
 * known key is answered even when there is no room.
 *
 * <p>When two gateways accept the same id at once, "must not exist" refuses one of them, and that one returns the other's
 * activation. Once an activation has been pruned, "must not exist" would succeed again: so the ledger is asked first, and an
 * answer older than {@link #MAX_LOOKUP_AGE} is not used. For the same reason an attempt without an answer is repeated for so
 * long only; the repeat is refused if the first attempt was stored, and returns it.
 */
public final class Acceptance {
    /** Less than the shortest time between the end of an activation and its pruning. */
    private static final Duration MAX_LOOKUP_AGE = Duration.ofSeconds(5);

    private final ActivationEvents events;
    private final BusRetry bus;
    private final CommandEnqueuer queue;
    private final Backpressure pressure;
    private final SpawnerRoom room;
    private final ActivationNames names;
    private final InstantSource clock;
    private final Runnable onAccepted;

    /** @param onAccepted called once for each new activation; must not block */
    public Acceptance(
            ActivationEvents events,
            BusRetry bus,
            CommandEnqueuer queue,
            Backpressure pressure,
            SpawnerRoom room,
            ActivationNames names,
            InstantSource clock,
            Runnable onAccepted) {
        this.events = events;
        this.bus = bus;
        this.queue = queue;
        this.pressure = pressure;
        this.room = room;
        this.names = names;
        this.clock = clock;
        this.onAccepted = onAccepted;
    }

    /**
     * Completes once the activation is stored durably. Fails with {@code outcome_unknown} and the id when that is not known;
     * after any other failure nothing was accepted. Call it on an event loop.
     *
     * @param past asked only when the request has a key that is known
     */
    public Future<Accepted> accept(SubmitRequest request, PastActivations past) {
        var startedAt = now();
        var freshId = Ids.activation(startedAt);
        var draft = draft(freshId, request);
        if (request.key().isEmpty()) {
            return admit(request, draft).compose(reservation -> store(draft, request, now(), reservation));
        }
        return admit(request, draft).transform(admission -> {
            if (admission.failed()) {
                return findKnown(request, past, startedAt)
                        .compose(known ->
                                known.map(Future::succeededFuture).orElse(Future.failedFuture(admission.cause())));
            }
            return claimKey(freshId, draft, request, past, startedAt, admission.result());
        });
    }

    /**
     * Accepts an activation whose id the caller has fixed before, unless it was accepted already: so a caller that repeats
     * this until it completes has one activation. Completes and fails as {@link #accept} does: after a definite refusal the
     * id may be given up, after {@code outcome_unknown} it must be kept.
     *
     * @param id made less than a day ago: the ledger may drop records a day after their end
     */
    public Future<Accepted> acceptNamed(String id, SubmitRequest request, PastActivations past) {
        return resume(id, request, past, now());
    }

    /**
     * As {@link #acceptNamed}, of an id that the ledger had not at a time: what was accepted before is in the stream, which
     * refuses a second one.
     *
     * @param safeFrom that time, a few seconds ago at most
     */
    public Future<Accepted> acceptUnlessInStream(String id, SubmitRequest request, Instant safeFrom) {
        return storeNamed(id, request, safeFrom);
    }

    private Future<Optional<Accepted>> findKnown(SubmitRequest request, PastActivations past, Instant startedAt) {
        return names.find(request)
                .compose(id -> id.isPresent()
                        ? resume(id.get(), request, past, startedAt).map(Optional::of)
                        : Future.succeededFuture(Optional.empty()));
    }

    private Future<Accepted> claimKey(
            String freshId,
            Draft draft,
            SubmitRequest request,
            PastActivations past,
            Instant startedAt,
            Reservation reservation) {
        return names.claim(request, freshId)
                .onFailure(notClaimed -> reservation.release())
                .compose(claim -> {
                    if (claim.isNew()) {
                        return store(draft, request, startedAt, reservation);
                    }
                    reservation.release();
                    return resume(claim.activationId(), request, past, startedAt);
                });
    }

    /** Continues where an earlier request with this key or id stopped. */
    private Future<Accepted> resume(String id, SubmitRequest request, PastActivations past, Instant startedAt) {
        return bus.ask(request.origin(), () -> events.last(id)).compose(newest -> {
            if (newest.isPresent() && isOwn(newest.get(), request)) {
                return Future.succeededFuture(enqueueIfNew(newest.get(), () -> {}));
            }
            return past.find(id)
                    .compose(found -> found.<Future<Accepted>>map(
                                    record -> Future.succeededFuture(new Accepted.InLedger(id, record)))
                            .orElseGet(() -> storeNamed(id, request, startedAt)));
        });
    }

    private static boolean isOwn(Snapshot snapshot, SubmitRequest request) {
        return snapshot.record().activation().owner().equals(request.function().owner());
    }

    private Future<Accepted> storeNamed(String id, SubmitRequest request, Instant startedAt) {
        var draft = draft(id, request);
        return admit(request, draft).compose(reservation -> store(draft, request, startedAt, reservation));
    }

    /** Not before a known key is answered: its function may have changed since. */
    private Future<Reservation> admit(SubmitRequest request, Draft draft) {
        if (request.function().spec().argumentAs() == ArgumentAs.NONE
                && !request.submission().argument().isEmpty()) {
            return Future.failedFuture(
                    Problem.invalid("argument", "must be empty: the function takes no argument (argumentAs is none)")
                            .asException());
        }
        if (request.function().pauses().refusesSubmits()) {
            return Future.failedFuture(
                    Problem.functionPaused(request.function().spec().name()).asException());
        }
        try {
            room.requireRoom(request.function().spec());
        } catch (ProblemException refused) {
            return Future.failedFuture(refused);
        }
        var delay = request.submission().delay();
        return delay.isEmpty()
                ? pressure.admit(request.function(), draft.size())
                : pressure.eventsAge()
                        .compose(age -> requireInTime(request.function().spec(), delay.get(), draft.notBefore(), age))
                        .compose(inTime -> pressure.admitDelayed(request.function(), draft.size()));
    }

    private Future<Void> requireInTime(FunctionSpec spec, Delay delay, @Nullable Instant due, Optional<Duration> age) {
        var wait = Duration.between(now(), Objects.requireNonNull(due));
        if (wait.compareTo(Delay.LONGEST) > 0) {
            return Future.failedFuture(Problem.invalid(
                            delay.field(),
                            "must be at most " + Delay.LONGEST.toDays() + " days ahead. Submit the activation later")
                    .asException());
        }
        var most = age.map(it -> it.minus(MaxLifetime.of(spec)));
        return most.isEmpty() || wait.compareTo(most.get()) < 0
                ? Future.succeededFuture()
                : Future.failedFuture(Problem.invalid(
                                delay.field(),
                                "must be less than " + Math.max(0, most.get().toSeconds())
                                        + " s ahead: with the longest life of an activation of this function (queue, runs and"
                                        + " retries) it must fit the "
                                        + age.get().toHours()
                                        + " h for which the platform keeps events. Choose an earlier time, or lower"
                                        + " the function's queue.ttlSeconds, limits.timeoutSeconds or retry")
                        .asException());
    }

    private Draft draft(String id, SubmitRequest request) {
        return new Draft(ActivationRecord.accept(
                activation(id, request),
                new RunSpec(
                        request.function().spec(),
                        request.submission().argument(),
                        request.submission().variables())));
    }

    /**
     * Releases the reservation on every failure.
     *
     * @param safeFrom a time at which the activation had not been accepted
     */
    private Future<Accepted> store(Draft draft, SubmitRequest request, Instant safeFrom, Reservation reservation) {
        return append(draft, request, safeFrom)
                .map(appended -> toAccepted(appended, reservation))
                .onFailure(notStored -> reservation.release());
    }

    private Future<AppendResult> append(Draft draft, SubmitRequest request, Instant safeFrom) {
        return bus.ask(
                request.origin(),
                () -> now().isAfter(safeFrom.plus(MAX_LOOKUP_AGE))
                        ? CompletableFuture.failedFuture(new TimeoutException("the activation may have been pruned"))
                        : events.accept(draft),
                failure -> toProblem(failure, draft.id(), request.key().isPresent()));
    }

    private Activation activation(String id, SubmitRequest request) {
        var function = request.function();
        var spec = function.spec();
        var trigger = request.trigger();
        // The id of a message has its time: it may have waited for days.
        var submittedAt = trigger != null && trigger.type().equals(Trigger.SOURCE) ? now() : Ids.timeOf(id);
        var due = request.submission().delay().map(delay -> delay.due(submittedAt));
        return new Activation(
                id,
                function.owner(),
                new FunctionKey(function.id(), spec.name(), function.revision()),
                spec.image(),
                spec.delivery(),
                request.submission().timeoutSeconds().orElse(spec.limits().timeoutSeconds()),
                spec.retry(),
                submittedAt,
                // Not from the id's time: the id bound to an Idempotency-Key may be up to 24 h old.
                due.filter(now()::isBefore)
                        .orElseGet(this::now)
                        .plusSeconds(spec.queue().ttlSeconds()),
                request.submission().tags(),
                request.origin().requestId(),
                due.orElse(null),
                trigger,
                request.batch(),
                request.cause(),
                request.submission().callback(),
                spec.destinations());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private Accepted toAccepted(AppendResult appended, Reservation reservation) {
        return switch (appended) {
            case AppendResult.Stored(var snapshot) -> {
                ActivationStage.ACCEPTED.record(snapshot.record().id());
                onAccepted.run();
                yield enqueueIfNew(snapshot, reservation);
            }
            // Stored by an earlier attempt, or by another request with the same key.
            case AppendResult.Superseded(var actual) when actual.isPresent() -> enqueueIfNew(actual.get(), reservation);
            case AppendResult.Superseded gone ->
                throw new IllegalStateException("a new activation was removed within " + MAX_LOOKUP_AGE);
        };
    }

    /**
     * Also for an activation that another gateway accepted: it may have died before it enqueued the command. A delayed one
     * gets its command when it is due, from the registry's dispatcher.
     */
    private Accepted enqueueIfNew(Snapshot newest, Reservation reservation) {
        if (newest.record() instanceof ActivationRecord.Queued queued && queued.nextAttemptAt() == null) {
            queue.enqueue(ActivationCommand.of(queued.activation()), reservation::release);
        } else {
            reservation.release();
        }
        return new Accepted.InStream(newest);
    }

    private static Throwable toProblem(Throwable failure, String id, boolean hasKey) {
        return switch (failure) {
            case BusException.OutcomeUnknown unknown -> outcomeUnknown(id, hasKey);
            case BusException.StreamFull full -> Backpressure.noRoom();
            case BusException _, TimeoutException _ -> BusAnswer.unavailable().asException();
            default -> failure;
        };
    }

    private static RuntimeException outcomeUnknown(String id, boolean hasKey) {
        return Problem.of(
                        503,
                        "outcome_unknown",
                        "Outcome unknown",
                        "The event stream did not confirm in time that it stored activation " + id
                                + ": it may run or not. "
                                + (hasKey
                                        ? "Repeat the request with the same Idempotency-Key: it will not run twice."
                                        : "Get it by its id in a few seconds before you submit it again; with an"
                                                + " Idempotency-Key you can repeat the request safely."))
                .with("activationId", id)
                .withRetryAfter(2)
                .asException();
    }
}
