package dev.faas.dispatcher.tick;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.dispatcher.ended.Ended;
import dev.faas.dispatcher.ended.EndedStore;
import dev.faas.dispatcher.event.EventStore;
import dev.faas.lifecycle.InOrder;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Handles ends of activations that schedules have submitted. */
public final class TickEndStore implements EndedStore.Handler {
    private final AuditStore audit;

    public TickEndStore(AuditStore audit) {
        this.audit = audit;
    }

    /** Their schedules may go on. Locks schedules before ticks, as a decision does. */
    @Override
    public Future<Void> handle(SqlConnection tx, List<Ended> ends) {
        var ours = ends.stream().filter(end -> end.triggerId() != null).toList();
        return ours.isEmpty()
                ? Future.succeededFuture()
                : pauseFailed(tx, ours)
                        // One whose submit another dispatcher has not settled yet ends as well.
                        .compose(paused -> tx.preparedQuery("update tick set alive = false where activation_id"
                                        + " = any($1) and outcome in ('fired', 'claimed', 'waiting')")
                                .execute(Tuple.of((Object)
                                        ours.stream().map(Ended::activationId).toArray(String[]::new))))
                        .mapEmpty();
    }

    private Future<Void> pauseFailed(SqlConnection tx, List<Ended> ends) {
        var failed = new HashMap<String, Ended>();
        for (var end : ends) {
            if (List.of("failed", "timed_out", "expired").contains(end.status())) {
                failed.put(end.triggerId(), end);
            }
        }
        return failed.isEmpty()
                ? Future.succeededFuture()
                : tx.preparedQuery(
                                "select * from schedule where id = any($1) and state = 'active' order by id for update")
                        .execute(Tuple.of((Object) failed.keySet().toArray(String[]::new)))
                        .compose(rows -> pause(tx, rows, failed));
    }

    private Future<Void> pause(SqlConnection tx, RowSet<Row> rows, Map<String, Ended> failed) {
        var pausing =
                ReadableRows.map(rows.stream().toList(), row -> row.getString("id"), TickStore::toSchedule).stream()
                        .filter(schedule -> schedule.spec().rules().pauseOnFailure())
                        .toList();
        return pausing.isEmpty()
                ? Future.succeededFuture()
                : tx.preparedQuery("""
                                update schedule s set state = 'paused', note = u.note, version = version + 1,
                                    paused_at = least(now(), next_at - interval '1 millisecond'),
                                    next_at = null, due_at = null, updated_at = now()
                                from unnest($1::text[], $2::text[]) as u (id, note) where s.id = u.id""")
                        .execute(Tuple.of(Pg.texts(pausing, DueSchedule::id), (Object)
                                Pg.texts(pausing, schedule -> note(failed.get(schedule.id())))))
                        .compose(paused -> InOrder.forEach(
                                pausing, schedule -> audit.write(tx, entry(schedule, note(failed.get(schedule.id()))))))
                        .compose(audited -> EventStore.add(
                                tx,
                                pausing.stream()
                                        .map(schedule -> {
                                            var end = failed.get(schedule.id());
                                            return ScheduleEvents.paused(schedule, end.activationId(), note(end));
                                        })
                                        .toList()));
    }

    private static String note(Ended end) {
        return "Paused: activation " + end.activationId() + " ended " + end.status() + ".";
    }

    private static AuditEntry entry(DueSchedule schedule, String note) {
        return AuditEntry.done(
                        Origin.platform(),
                        "schedule.pause",
                        schedule.id(),
                        new JsonObject().put("name", schedule.spec().name()).put("note", note))
                .inProject(schedule.owner());
    }
}
