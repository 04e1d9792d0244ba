package dev.faas.registry.meters;

import dev.faas.pg.Pg;
import io.vertx.core.Future;

/** Reads what the gauges of the platform show of the database. */
public final class LoadStore {
    /**
     * @param oldestSeconds since the oldest activation was submitted that waits, except for its time or a paused function; 0
     *     without any
     */
    record Load(double oldestSeconds, long pausedFunctions) {}

    private final Pg pg;

    public LoadStore(Pg pg) {
        this.pg = pg;
    }

    Future<Load> read() {
        return pg.withPool(pool -> pool.query("""
                        select coalesce((select greatest(0, extract(epoch from now() - a.submitted_at))
                                from activation a where a.status = 'queued' and a.finished_at is null
                                and not exists (select from delayed d where d.id = a.id)
                                and not exists (select from function f where f.id = a.function_id and f.paused)
                                order by a.id limit 1), 0)::float8 as oldest,
                            (select count(*) from function where paused and deleted_at is null) as paused""")
                .execute()
                .map(rows -> rows.iterator().next())
                .map(row -> new Load(row.getDouble("oldest"), row.getLong("paused"))));
    }
}
