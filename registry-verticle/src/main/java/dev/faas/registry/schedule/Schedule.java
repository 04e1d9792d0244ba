package dev.faas.registry.schedule;

import dev.faas.cron.CronTime;
import dev.faas.registry.function.FunctionTarget;
import dev.faas.schedule.ScheduleSpec;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.ScheduleTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as it is stored.
 *
 * @param version of the definition
 * @param createdAt in whole seconds: a period may count from it
 */
record Schedule(
        String id,
        String owner,
        FunctionTarget function,
        int version,
        ScheduleSpec spec,
        Progress progress,
        Instant createdAt,
        Instant updatedAt) {
    private static final int MEASURED = 100;
    private static final long HOUR_MILLIS = 3_600_000;

    /**
     * Where it stands.
     *
     * @param pausedAt of a paused one
     * @param remaining submits until it is completed; null: any number
     * @param next nominal time of the next tick; null: there is none
     */
    record Progress(
            ScheduleState state,
            String note,
            @Nullable Instant pausedAt,
            @Nullable Integer remaining,
            @Nullable Instant next) {}

    ScheduleTimes times() {
        return new ScheduleTimes(id, spec, createdAt);
    }

    boolean isPaused() {
        return progress.state == ScheduleState.PAUSED;
    }

    /** By its next 100 times, and not more than it has left; 0 of one that is not active. */
    int ticksPerHour() {
        if (progress.state != ScheduleState.ACTIVE || progress.next == null) {
            return 0;
        }
        var times = times();
        var last = progress.next;
        int periods = 0;
        for (var next = times.next(last); next.isPresent() && periods < MEASURED; next = times.next(last)) {
            last = next.get().instant();
            periods++;
        }
        long millis = Math.max(1, Duration.between(progress.next, last).toMillis());
        long perHour = Math.ceilDiv(periods * HOUR_MILLIS, millis);
        return Math.clamp(perHour, 1, periods < MEASURED ? periods + 1 : Integer.MAX_VALUE);
    }

    Schedule with(Progress other) {
        return new Schedule(id, owner, function, version, spec, other, createdAt, updatedAt);
    }

    Schedule changed(Instant now) {
        return new Schedule(id, owner, function, version + 1, spec, progress, createdAt, now);
    }

    /** Does not run until it is resumed. Times from {@code now} on are those that it misses; one that is due already, too. */
    Schedule paused(String note, Instant now) {
        var next = progress.next;
        var from = next != null && !next.isAfter(now) ? next.minusMillis(1) : now;
        return with(new Progress(ScheduleState.PAUSED, note, from, progress.remaining, null));
    }

    /** Runs from {@code now} on, if a time is left. */
    Schedule running(String note, Instant now) {
        var next = progress.remaining != null && progress.remaining == 0
                ? Optional.<Instant>empty()
                : times().next(now).map(CronTime::instant);
        return with(new Progress(
                next.isPresent() ? ScheduleState.ACTIVE : ScheduleState.COMPLETED,
                note,
                null,
                progress.remaining,
                next.orElse(null)));
    }
}
