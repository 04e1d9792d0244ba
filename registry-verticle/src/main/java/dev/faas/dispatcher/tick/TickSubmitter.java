package dev.faas.dispatcher.tick;

import dev.faas.acceptance.PastActivations;
import dev.faas.acceptance.Submission;
import dev.faas.acceptance.SubmitRequest;
import dev.faas.activation.Activation.Trigger;
import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.dispatcher.submit.SubmitOrigin;
import dev.faas.dispatcher.tick.TickLeaseStore.Submittable;
import dev.faas.schedule.ScheduleSpec.Submit;
import dev.faas.schedule.TickOutcome;
import dev.faas.wire.ApiTime;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits claimed ticks, each under the activation id that its row has, so that a repeat after a crash makes no second
 * activation.
 *
 * <pre>
 *   accepted, now or earlier ─▶ fired
 *   429, 503 ─▶ waiting under a fresh id, until the catch-up window is over: then missed
 *   outcome unknown ─▶ waiting under the same id
 *   another refusal, or no function ─▶ refused
 *   no answer ─▶ stays claimed; the lease ends
 * </pre>
 */
final class TickSubmitter {
    private static final Logger LOG = LoggerFactory.getLogger(TickSubmitter.class);
    private static final int DEFAULT_RETRY_SECONDS = 2;

    /** What a user asks for may be many at once. */
    private static final int LEAST_ASKED_WINDOW_SECONDS = 3_600;

    /** Of the lease: then another dispatcher may have taken the tick up, and its activation may have been pruned. */
    private static final Duration LEAST_LEFT = Duration.ofSeconds(20);

    private final TickLeaseStore leases;
    private final NamedSubmits submits;
    private final TickMeters meters;

    TickSubmitter(TickLeaseStore leases, NamedSubmits submits, TickMeters meters) {
        this.leases = leases;
        this.submits = submits;
        this.meters = meters;
    }

    /** What became of a submit. */
    private sealed interface Result {
        record Fired() implements Result {}

        record Refused(Problem problem) implements Result {}

        /** It was not submitted, and will not be. */
        record Over(TickOutcome outcome, String reason) implements Result {}

        /** The lease is left to end. */
        record NoAnswer() implements Result {}
    }

    /**
     * Completes when all are settled.
     *
     * @param fresh they were claimed just now: the ledger has none of them
     */
    Future<Void> submit(List<TickRow> ticks, boolean fresh) {
        return ticks.isEmpty()
                ? Future.succeededFuture()
                : leases.load(ticks).compose(loaded -> {
                    var results = new ArrayList<Future<Result>>();
                    loaded.forEach(each -> results.add(submit(each, fresh)));
                    return Future.join(results).compose(all -> settle(loaded, results));
                });
    }

    private Future<Result> submit(Submittable each, boolean isClaimedNow) {
        var lease = Objects.requireNonNull(each.tick().lease());
        // This process may have been stopped since.
        boolean fresh = isClaimedNow && each.now().isBefore(lease.minus(LEAST_LEFT));
        var id = Objects.requireNonNull(each.tick().activationId());
        PastActivations past = fresh ? any -> Future.succeededFuture(Optional.empty()) : submits::findInLedger;
        if (!fresh && isTooLate(each)) {
            return submits.isAccepted(id, past).map(found -> found ? new Result.Fired() : late(each.tick()));
        }
        var over = over(each);
        if (over.isPresent()) {
            return (fresh ? Future.succeededFuture(false) : submits.isAccepted(id, past))
                    .map(found -> found ? new Result.Fired() : over.get());
        }
        var request = request(
                each.function().orElseThrow(),
                each.schedule().orElseThrow().spec().submit(),
                each.tick().key());
        return submits.accept(id, request, past)
                .<Result>map(accepted -> new Result.Fired())
                .recover(failure -> {
                    if (failure instanceof ProblemException refusal) {
                        return Future.succeededFuture(new Result.Refused(refusal.problem()));
                    }
                    LOG.warn(
                            "tick not submitted schedule={} activation={}",
                            each.tick().key().scheduleId(),
                            id,
                            failure);
                    return Future.succeededFuture(new Result.NoAnswer());
                });
    }

    /** When it may not be submitted, if it has not been. */
    private Optional<Result> over(Submittable each) {
        if (each.schedule().isEmpty()) {
            return Optional.of(new Result.Over(TickOutcome.REFUSED, "schedule_deleted"));
        }
        if (submits.isSuspended(each.tick().owner())) {
            return Optional.of(new Result.Over(TickOutcome.MISSED, TickLeaseStore.SUSPENDED));
        }
        return each.function().isEmpty()
                ? Optional.of(new Result.Over(TickOutcome.REFUSED, "function_deleted"))
                : Optional.empty();
    }

    private static boolean isTooLate(Submittable each) {
        var tick = each.tick();
        return NamedSubmits.isTooOld(Objects.requireNonNull(tick.activationId()))
                || each.schedule()
                        .filter(schedule -> windowEnd(tick, schedule)
                                .plus(TickLeaseStore.LEASE)
                                .isBefore(each.now()))
                        .isPresent();
    }

    private static Instant windowEnd(TickRow tick, DueSchedule schedule) {
        int window = schedule.spec().rules().catchupWindowSeconds();
        return tick.due().plusSeconds(tick.isAsked() ? Math.max(window, LEAST_ASKED_WINDOW_SECONDS) : window);
    }

    /** One that was refused for now keeps the reason. */
    private static Result late(TickRow tick) {
        return new Result.Over(TickOutcome.MISSED, Objects.requireNonNullElse(tick.reason(), "late"));
    }

    private static SubmitRequest request(FunctionRevision function, Submit submit, TickRow.Key key) {
        var timeout = submit.timeoutSeconds() == null ? OptionalInt.empty() : OptionalInt.of(submit.timeoutSeconds());
        return new SubmitRequest(
                function,
                new Submission(submit.argument(), timeout, submit.tags()),
                "",
                Optional.empty(),
                new SubmitOrigin(key.scheduleId()),
                new Trigger(Trigger.SCHEDULE, key.scheduleId(), ApiTime.format(key.nominal())),
                null,
                null);
    }

    private Future<Void> settle(List<Submittable> ticks, List<Future<Result>> results) {
        var fired = new ArrayList<TickRow>();
        var done = new ArrayList<Future<Void>>();
        for (int i = 0; i < ticks.size(); i++) {
            var tick = ticks.get(i).tick();
            if (results.get(i).failed()) {
                LOG.warn(
                        "tick not submitted schedule={}",
                        tick.key().scheduleId(),
                        results.get(i).cause());
                continue;
            }
            switch (results.get(i).result()) {
                case Result.Fired accepted -> {
                    fired.add(tick);
                    meters.fired(Duration.between(tick.due(), Instant.now()));
                }
                case Result.Refused(var problem) -> done.add(giveUp(ticks.get(i), problem));
                case Result.Over(var outcome, var reason) -> done.add(settle(tick, outcome, reason));
                case Result.NoAnswer none -> {}
            }
        }
        done.add(leases.markFired(fired));
        return Future.join(done).mapEmpty();
    }

    private Future<Void> giveUp(Submittable each, Problem problem) {
        var tick = each.tick();
        var code = problem.code();
        if (!problem.mayPass() || each.schedule().isEmpty()) {
            return settle(tick, TickOutcome.REFUSED, code);
        }
        var end = windowEnd(tick, each.schedule().get());
        boolean isUnknown = code.equals("outcome_unknown");
        if (!each.now().isBefore(end) && !isUnknown) {
            return settle(tick, TickOutcome.MISSED, code);
        }
        int seconds = problem.retryAfterSeconds().orElse(DEFAULT_RETRY_SECONDS);
        var retry = each.now().plusMillis(ThreadLocalRandom.current().nextLong(seconds * 1_000L, seconds * 1_500L + 1));
        var id = isUnknown ? tick.activationId() : Ids.activation(Instant.now());
        return leases.giveUp(
                tick.as(TickOutcome.WAITING, code, id),
                Objects.requireNonNull(tick.lease()),
                retry.isBefore(end) || isUnknown ? retry : end);
    }

    private Future<Void> settle(TickRow tick, TickOutcome outcome, String reason) {
        meters.count(outcome, 1);
        return leases.giveUp(tick.as(outcome, reason, null), Objects.requireNonNull(tick.lease()), null);
    }
}
