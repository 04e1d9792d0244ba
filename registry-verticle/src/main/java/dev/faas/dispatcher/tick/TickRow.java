package dev.faas.dispatcher.tick;

import dev.faas.schedule.Overlap;
import dev.faas.schedule.TickKind;
import dev.faas.schedule.TickOutcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tick as it is stored.
 *
 * @param activationId of a claimed, waiting or fired one
 * @param due nominal time and jitter
 * @param lease until when the holder of a claimed one works on it; tells one claim from the next
 * @param overlap of a buffered one that a user asked for, until it is decided; else null
 */
record TickRow(
        Key key,
        String owner,
        TickOutcome outcome,
        @Nullable String reason,
        @Nullable String activationId,
        Instant due,
        @Nullable Instant lease,
        @Nullable Span span,
        @Nullable Overlap overlap) {

    /** @param run tells ticks of the same time apart that were asked for; else empty */
    record Key(String scheduleId, Instant nominal, TickKind kind, String run) {}

    /** Of an outage: so many times, from the nominal one to this one. */
    record Span(int times, Instant until) {}

    static TickRow of(DueSchedule schedule, Instant nominal, Instant due, TickOutcome outcome) {
        return new TickRow(
                new Key(schedule.id(), nominal, TickKind.SCHEDULE, ""),
                schedule.owner(),
                outcome,
                null,
                null,
                due,
                null,
                null,
                null);
    }

    TickRow as(TickOutcome other, @Nullable String otherReason, @Nullable String otherActivation) {
        return new TickRow(key, owner, other, otherReason, otherActivation, due, lease, span, null);
    }

    TickRow with(Span other) {
        return new TickRow(key, owner, outcome, reason, activationId, due, lease, other, overlap);
    }

    /** By a user, whatever the schedule's times are. */
    boolean isAsked() {
        return key.kind != TickKind.SCHEDULE;
    }

    /** It may still be submitted. */
    boolean isPending() {
        return outcome == TickOutcome.CLAIMED || outcome == TickOutcome.WAITING || outcome == TickOutcome.BUFFERED;
    }
}
