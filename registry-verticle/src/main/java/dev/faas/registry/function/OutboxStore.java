package dev.faas.registry.function;

import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The table {@code function_outbox}: which keys of the bucket FUNCTIONS have to be written. */
public final class OutboxStore {
    /** A key of the bucket. */
    public record BucketKey(String owner, String name) {}

    /** What the tables say of a key now. Bytes are shared and not to be changed. */
    public static final class Truth {
        private final @Nullable Long change;
        private final byte @Nullable [] body;

        Truth(@Nullable Long change, byte @Nullable [] body) {
            this.change = change;
            this.body = body;
        }

        /** The newest revision's bytes; empty when there is no such function (any more). */
        public Optional<byte[]> body() {
            return Optional.ofNullable(body);
        }

        /** Empty when nothing is noted: somebody else has written it. */
        public Optional<Long> change() {
            return Optional.ofNullable(change);
        }
    }

    private final Pg pg;

    public OutboxStore(Pg pg) {
        this.pg = pg;
    }

    /** Those that whoever changed the function has had a second to write, oldest change first. */
    Future<List<BucketKey>> pending(int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select owner, name from function_outbox where noted_at < now() - interval '1 second'
                        order by change limit $1""")
                .execute(Tuple.of(limit))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> new BucketKey(row.getString("owner"), row.getString("name")))
                        .toList()));
    }

    /** A key that the bucket should have by now; empty when there is none. */
    Future<Optional<BucketKey>> newestWritten() {
        return pg.withPool(pool -> pool.query("""
                        select owner, name from function f where deleted_at is null
                        and not exists (select from function_outbox o where o.owner = f.owner and o.name = f.name)
                        order by id desc limit 1""")
                .execute()
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> new BucketKey(row.getString("owner"), row.getString("name")))
                        .findFirst()));
    }

    /** Has every function written to the bucket again. */
    Future<Void> noteAll() {
        return pg.withPool(pool -> pool.query("""
                        insert into function_outbox (owner, name, noted_at)
                        select owner, name, '-infinity' from function where deleted_at is null
                        on conflict (owner, name) do nothing""").execute().mapEmpty());
    }

    public Future<Truth> truth(BucketKey key) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select (select change from function_outbox where owner = $1 and name = $2) as change,
                               (select r.body from function f join function_revision r
                                on r.function_id = f.id and r.revision = f.revision
                                where f.owner = $1 and f.name = $2 and f.deleted_at is null) as body""")
                .execute(Tuple.of(key.owner(), key.name()))
                .map(rows -> truth(rows.iterator().next())));
    }

    /** Strikes the key off, unless it has changed again since. */
    public Future<Void> written(BucketKey key, long change) {
        return pg.withPool(
                pool -> pool.preparedQuery("delete from function_outbox where owner = $1 and name = $2 and change = $3")
                        .execute(Tuple.of(key.owner(), key.name(), change))
                        .mapEmpty());
    }

    private static Truth truth(Row row) {
        var body = row.getBuffer("body");
        return new Truth(row.getLong("change"), body == null ? null : body.getBytes());
    }
}
