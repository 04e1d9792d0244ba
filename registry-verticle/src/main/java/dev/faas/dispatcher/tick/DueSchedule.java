package dev.faas.dispatcher.tick;

import dev.faas.schedule.Overlap;
import dev.faas.schedule.ScheduleSpec;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.ScheduleTimes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as the dispatcher sees it.
 *
 * @param remaining submits until it is completed; null: any number
 * @param next nominal time of the next tick; null: there is none
 */
record DueSchedule(
        String id,
        String owner,
        Target function,
        ScheduleSpec spec,
        ScheduleState state,
        @Nullable Integer remaining,
        Instant createdAt,
        @Nullable Instant next) {

    /** @param revision null: the newest */
    record Target(String id, @Nullable Integer revision) {}

    ScheduleTimes times() {
        return new ScheduleTimes(id, spec, createdAt);
    }

    Overlap overlap() {
        return spec.rules().overlap();
    }
}
