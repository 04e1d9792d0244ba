package dev.faas.dispatcher.tick;

import dev.faas.cron.CronTime;
import dev.faas.schedule.Overlap;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.ScheduleTimes;
import dev.faas.schedule.TickKind;
import dev.faas.schedule.TickOutcome;
import dev.faas.wire.Ids;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a schedule's due and buffered ticks. Pure: the caller holds the schedule's row.
 *
 * <pre>
 *   due time  ── in a gap, skip ─▶ dst_gap
 *             ── later than the window ─▶ missed
 *             ── nothing of the schedule is alive ─▶ claimed
 *             └─ else by the policy: skipped_overlap, buffered, or claimed
 *   buffered  ── nothing else of the schedule is alive ─▶ claimed
 *   asked for ── nothing of the schedule is alive ─▶ claimed
 *             └─ else by its own policy: skipped_overlap, or buffered
 * </pre>
 */
final class Decision {
    /** Decided in one turn; the next turn goes on. */
    private static final int MOST_TICKS = 100;

    /** Missed in one turn. */
    private static final int MOST_MISSED = 10_000;

    private static final int MOST_BUFFERED = 1_000;

    private static final String OUTCOME_UNKNOWN = "outcome_unknown";

    /** Of those that users asked for, decided in one turn. */
    private static final int MOST_ASKED = 500;

    private final DueSchedule schedule;
    private final ScheduleTimes times;
    private final Instant now;
    private final List<TickRow> alive;
    private final List<TickRow> added = new ArrayList<>();
    private final List<TickRow> changed = new ArrayList<>();
    private final List<TickRow> missed = new ArrayList<>();
    private @Nullable Instant next;
    private ScheduleState state;
    private int computed;

    private Decision(DueSchedule schedule, List<TickRow> alive, Instant now) {
        this.schedule = schedule;
        this.times = schedule.times();
        this.now = now;
        this.alive = new ArrayList<>(alive);
        this.next = schedule.next();
        this.state = schedule.state();
    }

    /**
     * @param alive ticks that are pending, or whose activations have not ended, by nominal time
     * @param now of Postgres
     */
    static Decision of(DueSchedule schedule, List<TickRow> alive, Instant now) {
        var decision = new Decision(schedule, alive, now);
        decision.releaseBuffered();
        decision.decideAsked();
        decision.decideDue();
        decision.addMissed();
        return decision;
    }

    DueSchedule schedule() {
        return schedule;
    }

    /** Rows to insert. */
    List<TickRow> added() {
        return added;
    }

    /** Rows to update. */
    List<TickRow> changed() {
        return changed;
    }

    /** How many were computed. */
    int times() {
        return computed;
    }

    boolean hasChanged() {
        return !changed.isEmpty();
    }

    @Nullable
    Instant next() {
        return next;
    }

    @Nullable
    Instant due() {
        return next == null ? null : times.due(next);
    }

    ScheduleState state() {
        return state;
    }

    /** Activations that are in the way of a buffered tick, and are to be cancelled. */
    List<String> toCancel() {
        return any(this::cancelsOthers)
                ? alive.stream()
                        .filter(tick -> tick.outcome() == TickOutcome.FIRED)
                        .flatMap(tick -> Optional.ofNullable(tick.activationId()).stream())
                        .toList()
                : List.of();
    }

    private boolean cancelsOthers(TickRow tick) {
        var policy = tick.isAsked() ? tick.overlap() : schedule.overlap();
        return tick.outcome() == TickOutcome.BUFFERED && policy == Overlap.CANCEL_OTHER;
    }

    /** What was asked for also while the schedule is paused. */
    private void releaseBuffered() {
        boolean isPaused = schedule.state() == ScheduleState.PAUSED;
        for (var tick : List.copyOf(alive)) {
            if (isBuffered(tick) && (tick.isAsked() ? isAlone() : !isPaused && isFree())) {
                change(tick, claimed(tick));
            }
        }
    }

    private static boolean isBuffered(TickRow tick) {
        return tick.outcome() == TickOutcome.BUFFERED && tick.overlap() == null;
    }

    private void decideAsked() {
        alive.stream()
                .filter(tick -> tick.overlap() != null)
                .limit(MOST_ASKED)
                .toList()
                .forEach(this::decideAsked);
    }

    private void decideAsked(TickRow tick) {
        var policy = Objects.requireNonNull(tick.overlap());
        if (policy == Overlap.CANCEL_OTHER) {
            dropPending(each -> each.key().nominal().isBefore(tick.key().nominal()));
        }
        if (isAlone()) {
            change(tick, claimed(tick));
        } else if (!hasRoom(policy)) {
            skip(tick);
        } else if (policy
                != Overlap.CANCEL_OTHER) { // else it stays as it is: what is in its way is cancelled each turn
            change(tick, tick.as(TickOutcome.BUFFERED, null, null));
        }
    }

    private void decideDue() {
        if (next == null && (state != ScheduleState.ACTIVE || !hasActionsLeft())) {
            return;
        }
        // Without a next one the last action was given back. With other zone data the stored time may be none any more.
        var time = times.next(next == null ? now : next.minusNanos(1));
        while (time.isPresent() && added.size() < MOST_TICKS && missed.size() < MOST_MISSED && hasActionsLeft()) {
            var due = times.due(time.get().instant());
            if (due.isAfter(now)) {
                break;
            }
            decide(time.get(), due);
            computed++;
            time = times.next(time.get().instant());
        }
        next = hasActionsLeft() ? time.map(CronTime::instant).orElse(null) : null;
        if (time.isEmpty()) {
            state = ScheduleState.COMPLETED;
        }
    }

    private void decide(CronTime time, Instant due) {
        var tick = TickRow.of(schedule, time.instant(), due, TickOutcome.DST_GAP);
        if (!time.fires()) {
            added.add(tick);
        } else if (Duration.between(tick.due(), now).toSeconds()
                >= schedule.spec().rules().catchupWindowSeconds()) {
            missed.add(tick.as(TickOutcome.MISSED, "late", null));
        } else {
            if (schedule.overlap() == Overlap.CANCEL_OTHER) {
                dropPending(each -> true);
            }
            if (isFree()) {
                add(claimed(tick));
            } else {
                overlap(tick);
            }
        }
    }

    private void overlap(TickRow tick) {
        if (hasRoom(schedule.overlap())) {
            add(tick.as(TickOutcome.BUFFERED, null, null));
        } else {
            added.add(tick.as(TickOutcome.SKIPPED_OVERLAP, null, null));
        }
    }

    /** To buffer one more. */
    private boolean hasRoom(Overlap policy) {
        int most = switch (policy) {
            case SKIP, ALLOW_ALL -> 0;
            case BUFFER_ONE -> 1;
            case BUFFER_ALL -> MOST_BUFFERED;
            case CANCEL_OTHER -> Integer.MAX_VALUE; // those before it are dropped
        };
        return most > 0 && alive.stream().filter(Decision::isBuffered).count() < most;
    }

    /** The newest one replaces those that have not been submitted. One whose outcome is unknown may run. */
    private void dropPending(Predicate<TickRow> condition) {
        for (var tick : List.copyOf(alive)) {
            boolean isPending = tick.outcome() == TickOutcome.BUFFERED
                    || (tick.outcome() == TickOutcome.WAITING && !OUTCOME_UNKNOWN.equals(tick.reason()));
            if (isPending && condition.test(tick)) {
                skip(tick);
            }
        }
    }

    private void skip(TickRow tick) {
        change(tick, tick.as(TickOutcome.SKIPPED_OVERLAP, null, null));
        alive.removeIf(each -> each.key().equals(tick.key()));
    }

    /** What an outage missed beyond 100 ticks is one row. */
    private void addMissed() {
        int single = missed.size() > MOST_TICKS ? MOST_TICKS - 1 : missed.size();
        added.addAll(missed.subList(0, single));
        if (single < missed.size()) {
            var rest = missed.subList(single, missed.size());
            added.add(rest.getFirst()
                    .with(new TickRow.Span(rest.size(), rest.getLast().key().nominal())));
        }
    }

    private boolean isFree() {
        return schedule.overlap() == Overlap.ALLOW_ALL || isAlone();
    }

    private boolean isAlone() {
        return !any(tick -> tick.outcome() != TickOutcome.BUFFERED);
    }

    private boolean hasActionsLeft() {
        var remaining = schedule.remaining();
        return remaining == null
                || alive.stream()
                                .filter(tick -> tick.isPending() && tick.key().kind() == TickKind.SCHEDULE)
                                .count()
                        < remaining;
    }

    private boolean any(Predicate<TickRow> condition) {
        return alive.stream().anyMatch(condition);
    }

    private static TickRow claimed(TickRow tick) {
        return tick.as(TickOutcome.CLAIMED, null, Ids.activation(Instant.now()));
    }

    private void add(TickRow tick) {
        added.add(tick);
        alive.add(tick);
    }

    /** A row that was added in this turn has not been stored yet. */
    private void change(TickRow before, TickRow after) {
        alive.replaceAll(each -> each.key().equals(before.key()) ? after : each);
        if (added.removeIf(each -> each.key().equals(before.key()))) {
            added.add(after);
        } else {
            changed.removeIf(each -> each.key().equals(before.key()));
            changed.add(after);
        }
    }
}
