package dev.faas.pg;

import dev.faas.wire.FunctionRevision;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads functions from the tables {@code function} and {@code function_revision}. */
public final class FunctionRevisionStore {
    private FunctionRevisionStore() {}

    /**
     * Empty when it has been deleted.
     *
     * @param revision null: the current one
     */
    public static Future<Optional<FunctionRevision>> find(Pg pg, String owner, String id, @Nullable Integer revision) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select r.body, f.pauses from function f join function_revision r
                            on r.function_id = f.id and r.revision = coalesce($3, f.revision)
                        where f.owner = $1 and f.id = $2 and f.deleted_at is null""")
                .execute(Tuple.of(owner, id, revision))
                .map(rows -> rows.stream().map(FunctionRevisionStore::of).findFirst()));
    }

    /** Of a row with the columns {@code body} and {@code pauses}. */
    public static FunctionRevision of(Row row) {
        return FunctionRevision.decode(row.getBuffer("body").getBytes(), Pg.optionalBytes(row, "pauses"));
    }
}
