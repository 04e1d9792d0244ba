package dev.faas.registry.maintenance;

import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.List;

/** Reads and writes the table {@code deleted_user}. */
public final class DeletedUserStore {
    private final Pg pg;

    public DeletedUserStore(Pg pg) {
        this.pg = pg;
    }

    Future<Void> add(Collection<String> users) {
        return pg.update(
                        "insert into deleted_user (id) select * from unnest($1::text[]) on conflict do nothing",
                        Tuple.of(users.toArray(String[]::new)))
                .mapEmpty();
    }

    /** Users of whom something may be left; those first that were looked at longest ago. */
    Future<List<String>> takePending(int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        update deleted_user set checked_at = clock_timestamp() where id in (
                            select id from deleted_user where removed_at is null order by checked_at limit $1)
                        returning id""")
                .execute(Tuple.of(limit))
                .map(rows -> rows.stream().map(row -> row.getString("id")).toList()));
    }

    /** Work of functions that were deleted while idle runs to its end otherwise. */
    Future<Void> cancelDraining(String user) {
        return pg.update("update function set drained = false where owner = $1 and drained", Tuple.of(user))
                .mapEmpty();
    }

    /** True when nothing is left. Not in the first hour, since a gateway may have missed the deletion. */
    Future<Boolean> markRemoved(String user) {
        return pg.update("""
                        update deleted_user set removed_at = now()
                        where id = $1 and noted_at < now() - interval '1 hour'
                        and not exists (select from function where owner = $1)
                        and not exists (select from activation where owner = $1)
                        and not exists (select from secret where owner = $1)
                        and not exists (select from schedule where owner = $1)
                        and not exists (select from hook where owner = $1)
                        and not exists (select from source where owner = $1)
                        and not exists (select from destination where owner = $1)
                        and not exists (select from callback_secret where owner = $1)
                        and not exists (select from batch where owner = $1)
                        and not exists (select from activation_stat where owner = $1)""", Tuple.of(user)).map(updated -> updated == 1);
    }
}
