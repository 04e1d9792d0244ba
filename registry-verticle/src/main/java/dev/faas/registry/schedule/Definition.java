package dev.faas.registry.schedule;

import dev.faas.schedule.ScheduleSpec;
import dev.faas.wire.FunctionRef;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as its user wrote it.
 *
 * @param remaining submits until it is completed; null: any number
 */
record Definition(
        ScheduleSpec spec,
        FunctionRef function,
        boolean paused,
        String note,
        @Nullable Integer remaining) {}
