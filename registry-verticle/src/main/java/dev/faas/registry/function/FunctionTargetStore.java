package dev.faas.registry.function;

import dev.faas.wire.FunctionRef;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import org.jspecify.annotations.Nullable;

/** Finds functions that schedules and hooks call. */
public final class FunctionTargetStore {
    private FunctionTargetStore() {}

    /**
     * Keeps it from being deleted during the transaction. Fails with 404 {@code function_not_found}, also for an unknown revision.
     */
    public static Future<FunctionTarget> lock(SqlConnection tx, String owner, FunctionRef ref) {
        @Nullable Integer revision = ref.revision().isPresent() ? ref.revision().getAsInt() : null;
        return tx.preparedQuery("select id, name from function where owner = $1 and deleted_at is null and "
                        + (ref.isId() ? "id" : "name") + " = $2 and ($3::int is null or exists ("
                        + "select from function_revision where function_id = id and function_revision.revision = $3))"
                        + " for share")
                .execute(Tuple.of(owner, ref.target(), revision))
                .map(rows -> rows.stream()
                        .map(row -> new FunctionTarget(row.getString("id"), row.getString("name"), revision))
                        .findFirst()
                        .orElseThrow(() -> Problem.functionNotFound(FunctionTarget.text(ref.target(), revision))
                                .asException()));
    }

    /** Of a table with {@code function_id} and {@code pinned}, and the function's name. */
    public static FunctionTarget read(Row row) {
        return new FunctionTarget(
                row.getString("function_id"), row.getString("function_name"), row.getInteger("pinned"));
    }
}
