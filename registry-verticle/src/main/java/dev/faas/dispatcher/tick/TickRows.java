package dev.faas.dispatcher.tick;

import dev.faas.dispatcher.tick.DueSchedule.Target;
import dev.faas.pg.Pg;
import dev.faas.schedule.Overlap;
import dev.faas.schedule.ScheduleSpec;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.TickKind;
import dev.faas.schedule.TickOutcome;
import dev.faas.wire.Codec;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads rows of the tables {@code schedule} and {@code tick}, and makes parameters of them. */
final class TickRows {
    private static final String KEY = "(t.schedule_id, t.nominal, t.kind, t.run)";
    static final String SETTLED =
            "from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],"
                    + " $8::timestamptz[]) as u (schedule_id, nominal, kind, run, outcome, reason, activation_id, lease)"
                    + " where " + KEY + " = (u.schedule_id, u.nominal, u.kind, u.run)";

    private TickRows() {}

    static Tuple settled(List<TickRow> ticks) {
        return Tuple.tuple()
                .addValue(texts(ticks, tick -> tick.key().scheduleId()))
                .addValue(times(ticks, tick -> tick.key().nominal()))
                .addValue(texts(ticks, tick -> tick.key().kind().text()))
                .addValue(texts(ticks, tick -> tick.key().run()))
                .addValue(texts(ticks, tick -> tick.outcome().text()))
                .addValue(texts(ticks, TickRow::reason))
                .addValue(texts(ticks, TickRow::activationId))
                .addValue(times(ticks, TickRow::lease));
    }

    static <T> String[] texts(List<T> rows, Function<T, @Nullable String> value) {
        return rows.stream().map(value).toArray(String[]::new);
    }

    static <T> OffsetDateTime[] times(List<T> rows, Function<T, @Nullable Instant> value) {
        return rows.stream().map(row -> Pg.optionalUtc(value.apply(row))).toArray(OffsetDateTime[]::new);
    }

    static DueSchedule toSchedule(Row row) {
        return new DueSchedule(
                row.getString("id"),
                row.getString("owner"),
                new Target(row.getString("function_id"), row.getInteger("pinned")),
                Codec.decode(row.getBuffer("spec").getBytes(), ScheduleSpec.class),
                ScheduleState.of(row.getString("state")).orElseThrow(),
                row.getInteger("remaining"),
                Pg.time(row, "created_at"),
                Pg.optionalTime(row, "next_at"));
    }

    static TickRow toTick(Row row) {
        return new TickRow(
                new TickRow.Key(
                        row.getString("schedule_id"),
                        Pg.time(row, "nominal"),
                        TickKind.of(row.getString("kind")),
                        row.getString("run")),
                row.getString("owner"),
                TickOutcome.of(row.getString("outcome")).orElseThrow(),
                row.getString("reason"),
                row.getString("activation_id"),
                Pg.time(row, "due_at"),
                Pg.optionalTime(row, "leased_until"),
                null,
                Optional.ofNullable(row.getString("overlap"))
                        .map(Overlap.BY_NAME::get)
                        .orElse(null));
    }
}
