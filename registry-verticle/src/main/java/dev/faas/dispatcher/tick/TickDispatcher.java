package dev.faas.dispatcher.tick;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Canceller;
import dev.faas.activation.Reason;
import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.dispatcher.tick.TickStore.Decided;
import dev.faas.dispatcher.tick.TickStore.ScheduleKey;
import dev.faas.dispatcher.tick.TickStore.Turn;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.BusException;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits activations of schedules at their times. Several dispatchers share the work.
 *
 * <pre>
 *   due schedule locked ─▶ decided ─▶ tick row, with the activation's id ─ commit ─▶ submit ─▶ tick settled
 *                crash: another one        crash: the lease ends, and another one follows the id
 * </pre>
 */
public final class TickDispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(TickDispatcher.class);
    private static final int BATCH = 500;
    /** Of each batch: another owner's ticks wait for one round. */
    private static final int PER_OWNER = 64;

    private static final int MOST_TRIES = 3;

    /** In one turn: one after the other, while others' ticks wait. */
    private static final int MOST_CANCELLED = 50;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /** While another dispatcher has claimed what is due, or a tick waits for an earlier activation. */
    private static final Duration SHORT_PAUSE = Duration.ofMillis(50);

    /** In case an end was not noted. */
    private static final Duration SWEEP_PAUSE = Duration.ofSeconds(30);

    private static final Duration COUNT_PAUSE = Duration.ofSeconds(5);

    /** To the event stream, while schedules are locked. */
    private static final Duration LONGEST_QUESTION = Duration.ofSeconds(1);

    private final TickStore store;
    private final TickLeaseStore leases;
    private final TickSubmitter submitter;
    private final ActivationEvents events;
    private final Canceller canceller;
    private final TickMeters meters;
    private final ZoneUpdate zones;
    private boolean zonesAreCurrent;
    /** Smaller after a turn whose questions took too long. */
    private int batch = BATCH;

    private String lastOwner = "";
    private String lastLeased = "";
    // The first sweep is at start: another dispatcher may have died before it released a tick.
    private long sweptAt = System.nanoTime() - SWEEP_PAUSE.toNanos();
    private String lastSwept = "";
    private long countedAt = System.nanoTime() - COUNT_PAUSE.toNanos();

    private TickDispatcher(
            TickStore store,
            TickLeaseStore leases,
            TickSubmitter submitter,
            ActivationEvents events,
            Canceller canceller,
            TickMeters meters,
            ZoneUpdate zones) {
        this.store = store;
        this.leases = leases;
        this.submitter = submitter;
        this.events = events;
        this.canceller = canceller;
        this.meters = meters;
        this.zones = zones;
    }

    public static void start(Lifecycle.Steps on, NamedSubmits submits, Pg pg, MeterRegistry registry) throws Exception {
        var leases = new TickLeaseStore(pg);
        var meters = new TickMeters(registry);
        var dispatcher = new TickDispatcher(
                new TickStore(pg),
                leases,
                new TickSubmitter(leases, submits, meters),
                submits.events(),
                new Canceller(submits.events(), submits.queue(), InstantSource.system()),
                meters,
                new ZoneUpdate(new ZoneStore(pg)));
        on.open(
                "schedules",
                () -> RepeatingTask.startPaced("schedules", LONGEST_PAUSE, dispatcher::runOnce),
                RepeatingTask::stop);
    }

    /** Returns the pause until the next look. Blocks. */
    private Duration runOnce() throws Exception {
        if (!zonesAreCurrent) {
            zones.run();
            zonesAreCurrent = true;
        }
        boolean found = decideBuffered();
        var first = Blocking.await(store.untilFirst());
        if (first.isEmpty() || first.get().isPositive()) {
            meters.due(0);
            var pause = found ? SHORT_PAUSE : first.orElse(LONGEST_PAUSE);
            return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
        }
        boolean worked = false;
        boolean more = true;
        while (more) {
            more = decideBatch();
            // Also in a long backlog: what users ask for is among these.
            worked |= takeLeased() || more;
            decideBuffered();
            countAtTimes();
        }
        return worked ? Duration.ZERO : SHORT_PAUSE;
    }

    private boolean takeLeased() throws Exception {
        var taken = Blocking.await(leases.takeLeased(lastLeased, PER_OWNER, BATCH));
        boolean wasFirst = lastLeased.isEmpty();
        lastLeased = taken.size() < BATCH
                ? ""
                : taken.stream()
                        .map(TickRow::owner)
                        .max(Comparator.naturalOrder())
                        .orElseThrow();
        Blocking.await(submitter.submit(taken, false));
        return !taken.isEmpty() || !wasFirst;
    }

    private boolean decideBatch() throws Exception {
        int limit = batch;
        var turn = await(() -> store.decideDue(lastOwner, PER_OWNER, limit, this::decide));
        boolean wasFirst = lastOwner.isEmpty();
        // After the last owner comes the first one.
        lastOwner = turn.last()
                .filter(last -> turn.isCut() || turn.schedules() == limit)
                .map(ScheduleKey::owner)
                .orElse("");
        complete(turn);
        return turn.schedules() > 0 || !wasFirst;
    }

    /** Only while there is work: it reads all that are due. */
    private void countAtTimes() throws Exception {
        if (System.nanoTime() - countedAt > COUNT_PAUSE.toNanos()) {
            countedAt = System.nanoTime();
            meters.due(Blocking.await(store.countDue()));
        }
    }

    /** A failure does not keep others' due schedules waiting. */
    private boolean decideBuffered() throws InterruptedException {
        boolean isSweep = System.nanoTime() - sweptAt > SWEEP_PAUSE.toNanos();
        try {
            var turn = isSweep ? sweep() : decideBuffered(false, "");
            return turn.decisions().stream().anyMatch(Decision::hasChanged);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.warn("buffered ticks not decided sweep={} error={}", isSweep, e.toString());
            sweptAt = isSweep ? System.nanoTime() : sweptAt;
            return false;
        }
    }

    /** One page of those that have buffered ticks. */
    private Turn sweep() throws Exception {
        int limit = batch;
        var turn = decideBuffered(true, lastSwept);
        lastSwept = turn.last()
                .filter(last -> turn.isCut() || turn.schedules() == limit)
                .map(ScheduleKey::scheduleId)
                .orElse("");
        sweptAt = lastSwept.isEmpty() ? System.nanoTime() : sweptAt;
        return turn;
    }

    private Turn decideBuffered(boolean all, String after) throws Exception {
        var turn = await(() -> store.decideBuffered(all, after, batch, this::decide));
        complete(turn);
        return turn;
    }

    /** Another transaction on the same rows is over when this one has failed of it. */
    private static <T> T repeat(Supplier<Future<T>> transaction) throws Exception {
        for (int tries = 1; ; tries++) {
            try {
                return Blocking.await(transaction.get());
            } catch (ConcurrentChangeException e) {
                if (tries == MOST_TRIES) {
                    throw e;
                }
            }
        }
    }

    private Turn await(Supplier<Future<Turn>> turn) throws Exception {
        try {
            var done = repeat(turn);
            batch = Math.min(BATCH, 2 * batch);
            return done;
        } catch (SlowBusException | TimeoutException e) {
            batch = Math.max(1, batch / 4);
            throw e;
        }
    }

    private void complete(Turn turn) throws Exception {
        turn.decisions().forEach(meters::count);
        Blocking.await(submitter.submit(turn.claimed(), true));
        // The others in a later turn.
        for (var activation : Questions.inTurns(
                turn.decisions().stream().map(Decision::toCancel).toList(), MOST_CANCELLED)) {
            cancel(activation);
        }
    }

    /** One that cannot be cancelled does not stop the schedules of others: each turn finds it again. */
    private void cancel(String activation) throws InterruptedException {
        try {
            var newest = Blocking.await(events.last(activation));
            // A running one may stay for a while after the request, and each turn finds it.
            if (newest.isPresent() && !isCancelled(newest.get().record())) {
                Blocking.await(canceller.cancel(newest.get(), Reason.CANCELLED_BY_SCHEDULE));
                LOG.info("activation cancelled for a newer tick activation={}", activation);
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.warn("activation not cancelled for a newer tick activation={} error={}", activation, e.toString());
        }
    }

    private static boolean isCancelled(ActivationRecord record) {
        return switch (record) {
            case ActivationRecord.Queued queued -> false;
            case ActivationRecord.Running running -> running.cancelRequested() != null;
            case ActivationRecord.Ended ended -> true;
        };
    }

    /** Asks the bus which activations have ended: the ledger may lag behind it. */
    private Future<Decided> decide(List<DueSchedule> schedules, Map<String, List<TickRow>> alive, Instant now) {
        return findEnded(Questions.of(alive.values()))
                .map(ended -> new Decided(
                        Budget.spend(
                                schedules,
                                schedule -> Decision.of(
                                        schedule,
                                        alive.getOrDefault(schedule.id(), List.of()).stream()
                                                .filter(tick -> !ended.contains(tick.activationId()))
                                                .toList(),
                                        now)),
                        ended));
    }

    /**
     * The caller holds locks and a connection meanwhile, so the answer may not take long: without it the transaction is rolled
     * back, and the ticks are decided in a later turn.
     */
    private Future<Set<String>> findEnded(List<String> activations) {
        var ended = ConcurrentHashMap.<String>newKeySet();
        var asked = activations.stream()
                .map(id -> hasEnded(id).thenAccept(hasEnded -> {
                    if (hasEnded) {
                        ended.add(id);
                    }
                }))
                .toArray(CompletableFuture[]::new);
        var all = CompletableFuture.allOf(asked).orTimeout(LONGEST_QUESTION.toMillis(), TimeUnit.MILLISECONDS);
        return Future.fromCompletionStage(all)
                .<Set<String>>map(answered -> new HashSet<>(ended)) // which may be asked for null
                .recover(failure -> Future.failedFuture(
                        failure instanceof TimeoutException
                                ? new SlowBusException("the event stream did not say within "
                                        + LONGEST_QUESTION.toMillis() + " ms which activations have ended")
                                : failure));
    }

    private CompletableFuture<Boolean> hasEnded(String activation) {
        return events.last(activation)
                // One that is not there any more has ended and was pruned.
                .thenApply(newest -> newest.isEmpty() || newest.get().record() instanceof ActivationRecord.Ended)
                .exceptionallyCompose(failure -> {
                    if (BusException.unwrap(failure) instanceof Codec.CodecException unreadable) {
                        // It must not stop the schedules of others.
                        LOG.warn("activation not readable activation={} error={}", activation, unreadable.getMessage());
                        return CompletableFuture.completedFuture(false);
                    }
                    return CompletableFuture.failedFuture(failure);
                });
    }
}
