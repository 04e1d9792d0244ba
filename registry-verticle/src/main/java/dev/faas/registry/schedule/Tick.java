package dev.faas.registry.schedule;

import dev.faas.schedule.TickKind;
import dev.faas.schedule.TickOutcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A time of a schedule that was decided.
 *
 * @param run tells ticks of the same time apart that were asked for; else empty
 * @param lateMs of a fired one: from due to accepted
 * @param span null: it is one time
 */
record Tick(
        String scheduleId,
        Instant nominal,
        TickKind kind,
        String run,
        Result result,
        @Nullable Long lateMs,
        @Nullable Span span) {

    /** @param reason of an outcome other than fired */
    record Result(
            TickOutcome outcome,
            @Nullable String reason,
            @Nullable String activationId) {}

    /** Of a pause or an outage: so many times, from the nominal one to this one. */
    record Span(int times, Instant until) {}
}
