package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.pg.Pg;
import dev.faas.registry.function.OutboxStore.BucketKey;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects.QueueKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

/** What the reconciler asks of the tables, and notes in them. */
public final class RepairStore {
    private static final long LOCK = 0x6661_6173_0002L;

    private final Pg pg;

    public RepairStore(Pg pg) {
        this.pg = pg;
    }

    /** Does the work if no other registry is at it; false otherwise. The lock goes with the connection. */
    public Future<Boolean> alone(Supplier<Future<Void>> work) {
        return pg.inTransaction(tx -> tx.query("select pg_try_advisory_xact_lock(" + LOCK + ") as alone")
                .execute()
                .compose(rows -> rows.iterator().next().getBoolean("alone")
                        ? work.get().map(true)
                        : Future.succeededFuture(false)));
    }

    /**
     * Queued, for a while, and not known to have a command; by id, those after one. What is of the future is from before the
     * clock of Postgres was put back.
     */
    Future<List<Snapshot>> unverified(Duration settled, String after, int limit) {
        return queued("not enqueued", settled, after, limit);
    }

    /** Queued, for a while, and known to have had a command; by id, those after one. */
    Future<List<Snapshot>> enqueued(Duration settled, String after, int limit) {
        return queued("enqueued", settled, after, limit);
    }

    private Future<List<Snapshot>> queued(String how, Duration settled, String after, int limit) {
        return list(
                "select record, sequence from activation where status = 'queued' and " + how
                        + " and finished_at is null and changed_at not between now() - make_interval(secs => $1) and now()"
                        + " and id > $2"
                        + " order by id limit $3",
                Tuple.of(seconds(settled), after, limit),
                RepairStore::snapshot);
    }

    /** Their commands are on the queue; whatever they become later is looked at anew. */
    Future<Void> verified(Collection<String> ids) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "update activation set enqueued = true where id = any($1) and status = 'queued'")
                .execute(Tuple.of(ids.toArray(String[]::new)))
                .mapEmpty());
    }

    /** Running; by id, those after one. */
    Future<List<Snapshot>> running(String after, int limit) {
        return list(
                "select record, sequence from activation where status = 'running' and finished_at is null"
                        + " and id > $1 order by id limit $2",
                Tuple.of(after, limit),
                RepairStore::snapshot);
    }

    /** Functions that have something queued or running. */
    Future<List<QueueKey>> busy(int limit) {
        return list(
                "select distinct owner, function_id from activation where finished_at is null limit $1",
                Tuple.of(limit),
                row -> new QueueKey(row.getString("owner"), row.getString("function_id")));
    }

    /** The newest revisions of these functions, of deleted ones too. */
    Future<List<FunctionRevision>> functions(Collection<String> ids) {
        return list(
                """
                        select r.body from function f join function_revision r
                        on r.function_id = f.id and r.revision = f.revision where f.id = any($1)""",
                Tuple.of(ids.toArray(String[]::new)),
                row -> Codec.decode(row.getBuffer("body").getBytes(), FunctionRevision.class));
    }

    /** When the wait of one is over: the order of those that are overdue. */
    public record Deadline(Instant at, String id) {
        public static final Deadline FIRST = new Deadline(Instant.EPOCH, "");
    }

    public record Overdue(Deadline deadline, Snapshot state) {}

    /** Queued, though their wait was over by then; by deadline, those after one. */
    public Future<List<Overdue>> overdue(Instant now, Deadline after, int limit) {
        return list(
                "select id, expires_at, record, sequence from activation where status = 'queued' and expires_at < $1"
                        + " and (expires_at, id) > ($2, $3) order by expires_at, id limit $4",
                Tuple.of(now.atOffset(ZoneOffset.UTC), after.at().atOffset(ZoneOffset.UTC), after.id(), limit),
                row -> new Overdue(
                        new Deadline(row.getOffsetDateTime("expires_at").toInstant(), row.getString("id")),
                        snapshot(row)));
    }

    /** Deleted functions whose queue is not retired. */
    Future<List<QueueKey>> deleted(int limit) {
        return list(
                "select id, owner from function where deleted_at is not null and not retired order by deleted_at limit $1",
                Tuple.of(limit),
                RepairStore::key);
    }

    /** What of one function has not ended; by id, those after one. */
    Future<List<Snapshot>> alive(QueueKey function, String after, int limit) {
        return list(
                "select record, sequence from activation where owner = $1 and function_id = $2"
                        + " and finished_at is null and id > $3 order by id limit $4",
                Tuple.of(function.owner(), function.function(), after, limit),
                RepairStore::snapshot);
    }

    /** Deleted functions, for a while, of which everything has ended, whose queue is not retired. */
    Future<List<QueueKey>> retirable(Duration settled, int limit) {
        return list("""
                        select id, owner from function f
                        where deleted_at <= now() - make_interval(secs => $1) and not retired
                        and not exists (select from activation a
                            where a.owner = f.owner and a.function_id = f.id and a.finished_at is null)
                        order by deleted_at limit $2""", Tuple.of(seconds(settled), limit), RepairStore::key);
    }

    Future<Void> retired(String functionId) {
        return pg.withPool(pool -> pool.preparedQuery("update function set retired = true where id = $1")
                .execute(Tuple.of(functionId))
                .mapEmpty());
    }

    /**
     * A deleted function without a record.
     *
     * @param key what it was in the bucket FUNCTIONS
     * @param replaced a later one has that key, or has had it
     */
    record Forgettable(String id, BucketKey key, boolean replaced) {}

    /** Deleted before a time, their queue retired, nothing in the ledger and nothing to be told of them. */
    Future<List<Forgettable>> forgettable(Instant deletedBefore, int limit) {
        return list(
                """
                        select id, owner, name, exists (select from function o
                            where o.owner = f.owner and o.name = f.name and o.id > f.id) as replaced
                        from function f where deleted_at < $1 and retired
                        and not exists (select from activation a where a.owner = f.owner and a.function_id = f.id)
                        and not exists (select from function_outbox o where o.owner = f.owner and o.name = f.name)
                        order by deleted_at limit $2""",
                Tuple.of(deletedBefore.atOffset(ZoneOffset.UTC), limit),
                row -> new Forgettable(
                        row.getString("id"),
                        new BucketKey(row.getString("owner"), row.getString("name")),
                        row.getBoolean("replaced")));
    }

    Future<Void> forget(String functionId) {
        return pg.inTransaction(tx -> tx.preparedQuery("delete from function_revision where function_id = $1")
                .execute(Tuple.of(functionId))
                .compose(gone -> tx.preparedQuery("delete from function where id = $1 and deleted_at is not null")
                        .execute(Tuple.of(functionId)))
                .mapEmpty());
    }

    /** Those of them that are deleted have a queue again, which somebody who had not heard of it has filled. */
    Future<Void> reopened(Collection<String> functionIds) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "update function set retired = false where id = any($1) and deleted_at is not null and retired")
                .execute(Tuple.of(functionIds.toArray(String[]::new)))
                .mapEmpty());
    }

    private static Snapshot snapshot(Row row) {
        return new Snapshot(
                Codec.decode(row.getBuffer("record").getBytes(), ActivationRecord.class), row.getLong("sequence"));
    }

    private static QueueKey key(Row row) {
        return new QueueKey(row.getString("owner"), row.getString("id"));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private <T> Future<List<T>> list(String sql, Tuple values, Function<Row, T> each) {
        return pg.withPool(pool -> pool.preparedQuery(sql)
                .execute(values)
                .map((RowSet<Row> rows) -> StreamSupport.stream(rows.spliterator(), false)
                        .map(each)
                        .toList()));
    }
}
