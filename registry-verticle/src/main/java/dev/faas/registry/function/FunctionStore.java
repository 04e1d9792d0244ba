package dev.faas.registry.function;

import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.StreamSupport;

/** Reads and writes the tables {@code function} and {@code function_revision}. Each change adds an outbox row in its transaction. */
public final class FunctionStore {
    private static final String SELECT_LATEST = """
            select r.body from function f join function_revision r
            on r.function_id = f.id and r.revision = f.revision where f.deleted_at is null and\s""";

    private final Pg pg;

    public FunctionStore(Pg pg) {
        this.pg = pg;
    }

    /**
     * False when the owner has a function of this name.
     *
     * @param check receives the owner's number of functions, this one included; an exception rolls back. Concurrent inserts do
     *     not count each other
     */
    public Future<Boolean> insert(FunctionRevision first, LongConsumer check) {
        return pg.inTransaction(tx -> tx.preparedQuery("""
                        insert into function (id, owner, name, revision) values ($1, $2, $3, $4)
                        on conflict (owner, name) where deleted_at is null do nothing""")
                .execute(Tuple.of(first.id(), first.owner(), first.spec().name(), first.revision()))
                .compose(inserted -> inserted.rowCount() == 0
                        ? Future.succeededFuture(false)
                        : count(tx, first.owner())
                                .compose(count -> {
                                    check.accept(count);
                                    return insertRevision(tx, first);
                                })
                                .compose(stored -> addToOutbox(
                                        tx, first.owner(), first.spec().name()))
                                .map(true)));
    }

    private static Future<Long> count(SqlConnection tx, String owner) {
        return tx.preparedQuery("select count(*) from function where owner = $1 and deleted_at is null")
                .execute(Tuple.of(owner))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /** The newest revision, or the one that the reference pins. */
    Future<Optional<FunctionRevision>> find(String owner, FunctionRef ref) {
        return pg.withPool(pool -> {
            if (ref.revision().isEmpty()) {
                return pool.preparedQuery(SELECT_LATEST + condition(ref))
                        .execute(Tuple.of(owner, ref.target()))
                        .map(FunctionStore::first);
            }
            return pool.preparedQuery("""
                            select r.body from function f join function_revision r on r.function_id = f.id
                            where f.deleted_at is null and r.revision = $3 and\s""" + condition(ref))
                    .execute(Tuple.of(owner, ref.target(), ref.revision().getAsInt()))
                    .map(FunctionStore::first);
        });
    }

    /** By name. */
    Future<List<FunctionRevision>> list(String owner, String after, int limit) {
        return pg.withPool(
                pool -> pool.preparedQuery(SELECT_LATEST + "f.owner = $1 and f.name > $2 order by f.name limit $3")
                        .execute(Tuple.of(owner, after, limit))
                        .map(FunctionStore::decode));
    }

    /** Functions of all owners, by id. */
    Future<List<FunctionRevision>> all(String after, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(SELECT_LATEST + "f.id > $1 order by f.id limit $2")
                .execute(Tuple.of(after, limit))
                .map(FunctionStore::decode));
    }

    /** Newest first. */
    Future<List<FunctionRevision>> revisions(String functionId, int before, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select body from function_revision where function_id = $1 and revision < $2
                        order by revision desc limit $3""")
                .execute(Tuple.of(functionId, before, limit))
                .map(FunctionStore::decode));
    }

    /**
     * Stores the revision that {@code next} makes of the newest one, under the function's lock; empty when there is no such
     * function. An exception of {@code next} fails the future and rolls back.
     */
    public Future<Optional<FunctionRevision>> revise(
            String owner, FunctionRef ref, UnaryOperator<FunctionRevision> next) {
        return pg.inTransaction(tx -> lock(tx, owner, ref).compose(found -> {
            if (found.isEmpty()) {
                return Future.succeededFuture(Optional.empty());
            }
            var revised = next.apply(found.get());
            return insertRevision(tx, revised)
                    .compose(stored -> tx.preparedQuery("update function set revision = $2 where id = $1")
                            .execute(Tuple.of(revised.id(), revised.revision())))
                    .compose(updated -> addToOutbox(tx, owner, revised.spec().name()))
                    .map(Optional.of(revised));
        }));
    }

    /** Keeps the row as a tombstone; empty when there is no such function. An exception of {@code check} rolls back. */
    Future<Optional<FunctionRevision>> delete(
            String owner, FunctionRef ref, Consumer<FunctionRevision> check, Instant now) {
        return pg.inTransaction(tx -> lock(tx, owner, ref).compose(found -> {
            if (found.isEmpty()) {
                return Future.succeededFuture(found);
            }
            check.accept(found.get());
            return tx.preparedQuery("update function set deleted_at = $2 where id = $1")
                    .execute(Tuple.of(found.get().id(), now.atOffset(ZoneOffset.UTC)))
                    .compose(
                            updated -> addToOutbox(tx, owner, found.get().spec().name()))
                    .map(found);
        }));
    }

    private static Future<Optional<FunctionRevision>> lock(SqlConnection tx, String owner, FunctionRef ref) {
        return tx.preparedQuery(SELECT_LATEST + condition(ref) + " for update of f")
                .execute(Tuple.of(owner, ref.target()))
                .map(FunctionStore::first);
    }

    private static Future<Void> insertRevision(SqlConnection tx, FunctionRevision revision) {
        return tx.preparedQuery("insert into function_revision (function_id, revision, body) values ($1, $2, $3)")
                .execute(Tuple.of(revision.id(), revision.revision(), Buffer.buffer(Codec.encode(revision))))
                .mapEmpty();
    }

    /** A key that is pending already gets a new change number, so that publishing the older change does not remove it. */
    private static Future<Void> addToOutbox(SqlConnection tx, String owner, String name) {
        return tx.preparedQuery("""
                        insert into function_outbox (owner, name) values ($1, $2)
                        on conflict (owner, name) do update
                        set change = nextval('function_change'), noted_at = now()""").execute(Tuple.of(owner, name)).mapEmpty();
    }

    private static String condition(FunctionRef ref) {
        return ref.isId() ? "f.owner = $1 and f.id = $2" : "f.owner = $1 and f.name = $2";
    }

    private static Optional<FunctionRevision> first(RowSet<Row> rows) {
        return decode(rows).stream().findFirst();
    }

    private static List<FunctionRevision> decode(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> Codec.decode(row.getBuffer("body").getBytes(), FunctionRevision.class))
                .toList();
    }
}
