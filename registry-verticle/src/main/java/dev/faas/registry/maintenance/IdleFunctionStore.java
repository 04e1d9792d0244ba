package dev.faas.registry.maintenance;

import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds functions that may be idle. Reads one row of the ledger for each that is due, by an index. */
public final class IdleFunctionStore {
    /**
     * A function that may be idle.
     *
     * @param newest its newest revision
     * @param dueAt the time that made it due
     * @param lastSubmit according to the ledger
     * @param hasWork whether an activation of it is queued or runs
     */
    public record DueFunction(
            FunctionRevision newest, OffsetDateTime dueAt, Optional<Instant> lastSubmit, boolean hasWork) {}

    private final Pg pg;

    public IdleFunctionStore(Pg pg) {
        this.pg = pg;
    }

    /** Those that are due longest first. */
    public Future<List<DueFunction>> findDue(Instant now, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select r.body, f.idle_due_at,
                            (select a.id from activation a where a.owner = f.owner and a.function_id = f.id
                                order by a.id desc limit 1) as last_activation,
                            exists (select from activation a where a.owner = f.owner and a.function_id = f.id
                                and a.finished_at is null) as has_work
                        from (select * from function where idle_due_at <= $1 and deleted_at is null and not paused
                            order by idle_due_at limit $2) f
                        join function_revision r on r.function_id = f.id and r.revision = f.revision
                        order by f.idle_due_at""")
                .execute(Tuple.of(now.atOffset(ZoneOffset.UTC), limit))
                .map(rows -> rows.stream().map(IdleFunctionStore::toDueFunction).toList()));
    }

    private static DueFunction toDueFunction(Row row) {
        return new DueFunction(
                Codec.decode(row.getBuffer("body").getBytes(), FunctionRevision.class),
                row.getOffsetDateTime("idle_due_at"),
                Optional.ofNullable(row.getString("last_activation")).map(Ids::timeOf),
                row.getBoolean("has_work"));
    }

    /** Unless the function was changed meanwhile. */
    Future<Void> postpone(DueFunction function, Instant until) {
        return setDue(function, until.atOffset(ZoneOffset.UTC));
    }

    /** For a function whose newest revision has no limit any more; a registry of the previous version wrote that. */
    Future<Void> forget(DueFunction function) {
        return setDue(function, null);
    }

    private Future<Void> setDue(DueFunction function, @Nullable OffsetDateTime dueAt) {
        return pg.update(
                        "update function set idle_due_at = $3 where id = $1 and idle_due_at = $2",
                        Tuple.of(function.newest().id(), function.dueAt(), dueAt))
                .mapEmpty();
    }
}
