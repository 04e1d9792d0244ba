package dev.faas.dispatcher.tick;

import dev.faas.destination.DestinationSpec;
import dev.faas.dispatcher.event.StoredEvent;
import dev.faas.wire.ApiTime;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Events about schedules. */
final class ScheduleEvents {
    private ScheduleEvents() {}

    static StoredEvent paused(DueSchedule schedule, String activation, String note) {
        return event(
                schedule,
                DestinationSpec.SCHEDULE_PAUSED,
                data(schedule).put("activationId", activation).put("note", note));
    }

    /**
     * Of one tick or of several in a row.
     *
     * @param reason null: they were found too late
     */
    static StoredEvent missed(DueSchedule schedule, @Nullable String reason, int count, Instant from, Instant until) {
        return event(
                schedule,
                DestinationSpec.SCHEDULE_MISSED,
                data(schedule)
                        .put("reason", Objects.requireNonNullElse(reason, "late"))
                        .put("count", count)
                        .put("from", ApiTime.format(from))
                        .put("until", ApiTime.format(until)));
    }

    private static JsonObject data(DueSchedule schedule) {
        return new JsonObject()
                .put("scheduleId", schedule.id())
                .put("name", schedule.spec().name())
                .put("functionId", schedule.function().id());
    }

    private static StoredEvent event(DueSchedule schedule, String type, JsonObject data) {
        return new StoredEvent(
                schedule.owner(),
                type,
                new StoredEvent.About(
                        schedule.function().id(), schedule.spec().submit().tags()),
                null,
                data);
    }
}
