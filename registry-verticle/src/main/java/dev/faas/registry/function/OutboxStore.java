package dev.faas.registry.function;

import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and writes the table {@code function_outbox}: keys of the bucket FUNCTIONS that have to be written. */
public final class OutboxStore {
    public record BucketKey(String owner, String name) {}

    /** State of a key in Postgres. The bytes are shared: do not change them. */
    public static final class KeyState {
        private final @Nullable Long change;
        private final byte @Nullable [] body;

        KeyState(@Nullable Long change, byte @Nullable [] body) {
            this.change = change;
            this.body = body;
        }

        /** The newest revision as a wire record; empty when there is no such function, or no longer. */
        public Optional<byte[]> body() {
            return Optional.ofNullable(body);
        }

        /** Empty when the key is not pending: another registry has written it. */
        public Optional<Long> change() {
            return Optional.ofNullable(change);
        }
    }

    private final Pg pg;

    public OutboxStore(Pg pg) {
        this.pg = pg;
    }

    /** Oldest change first. Younger than a second is left to the registry that made the change. */
    Future<List<BucketKey>> findPending(int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select owner, name from function_outbox where noted_at < now() - interval '1 second'
                        order by change limit $1""")
                .execute(Tuple.of(limit))
                .map(rows -> rows.stream()
                        .map(row -> new BucketKey(row.getString("owner"), row.getString("name")))
                        .toList()));
    }

    /** The newest function whose key is not pending, so the bucket must have it; empty when there is none. */
    Future<Optional<BucketKey>> findNewestPublished() {
        return pg.withPool(pool -> pool.query("""
                        select owner, name from function f where deleted_at is null
                        and not exists (select from function_outbox o where o.owner = f.owner and o.name = f.name)
                        order by id desc limit 1""")
                .execute()
                .map(rows -> rows.stream()
                        .map(row -> new BucketKey(row.getString("owner"), row.getString("name")))
                        .findFirst()));
    }

    /** Every function is written to the bucket again. */
    Future<Void> addAll() {
        return pg.withPool(pool -> pool.query("""
                        insert into function_outbox (owner, name, noted_at)
                        select owner, name, '-infinity' from function where deleted_at is null
                        on conflict (owner, name) do nothing""").execute().mapEmpty());
    }

    public Future<KeyState> readState(BucketKey key) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select (select change from function_outbox where owner = $1 and name = $2) as change,
                               r.body, f.pauses
                        from (select) as always
                        left join function f on f.owner = $1 and f.name = $2 and f.deleted_at is null
                        left join function_revision r on r.function_id = f.id and r.revision = f.revision""")
                .execute(Tuple.of(key.owner(), key.name()))
                .map(rows -> readState(rows.iterator().next())));
    }

    /** Keeps the key if it has changed again since. */
    public Future<Void> remove(BucketKey key, long change) {
        return pg.update(
                        "delete from function_outbox where owner = $1 and name = $2 and change = $3",
                        Tuple.of(key.owner(), key.name(), change))
                .mapEmpty();
    }

    private static KeyState readState(Row row) {
        var body = Pg.optionalBytes(row, "body");
        var pauses = Pg.optionalBytes(row, "pauses");
        // As it was written, if that will do: a newer version may have added to it.
        return new KeyState(
                row.getLong("change"),
                body == null || pauses == null ? body : Codec.encode(FunctionRevision.decode(body, pauses)));
    }
}
