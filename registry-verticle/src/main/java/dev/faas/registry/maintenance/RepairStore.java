package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.pg.Pg;
import dev.faas.registry.function.OutboxStore.BucketKey;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionPauses;
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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds rows to repair, and records what the reconciler has done. */
public final class RepairStore {
    private final Pg pg;

    public RepairStore(Pg pg) {
        this.pg = pg;
    }

    /**
     * Queued activations whose command has not been seen, and that are due, by id.
     *
     * @param minAge time since their last change of state
     */
    Future<List<Snapshot>> findQueuedWithoutCommand(Duration minAge, String after, int limit) {
        return findQueued(
                "not exists (select from activation_enqueued e where e.id = a.id and e.sequence = a.sequence) and "
                        // By this clock alone: none is put early.
                        + "not exists (select from delayed d where d.id = a.id and d.not_before > now()) and ",
                minAge,
                after,
                limit);
    }

    /** Queued activations, by id. */
    Future<List<Snapshot>> findQueued(Duration minAge, String after, int limit) {
        return findQueued("", minAge, after, limit);
    }

    /** A change of state in the future dates from before the clock of Postgres was set back: it is old. */
    private Future<List<Snapshot>> findQueued(String condition, Duration minAge, String after, int limit) {
        return query(
                "select record, sequence from activation a where " + condition + "status = 'queued'"
                        + " and finished_at is null and changed_at not between now() - make_interval(secs => $1) and now()"
                        + " and id > $2"
                        + " order by id limit $3",
                Tuple.of(seconds(minAge), after, limit),
                RepairStore::snapshot);
    }

    /** Records that the command of these states has been seen on the queue. */
    Future<Void> markEnqueued(Collection<Snapshot> states) {
        var ordered = states.stream()
                .sorted(Comparator.comparing(state -> state.record().id()))
                .toList();
        return pg.update(
                        "insert into activation_enqueued"
                                + " select * from unnest($1::text[], $2::bigint[])"
                                + " on conflict (id) do update set sequence = excluded.sequence",
                        Tuple.tuple()
                                .addArrayOfString(ordered.stream()
                                        .map(state -> state.record().id())
                                        .toArray(String[]::new))
                                .addArrayOfLong(
                                        ordered.stream().map(Snapshot::sequence).toArray(Long[]::new)))
                .mapEmpty();
    }

    /** Forgets the commands of states that have passed. */
    Future<Void> clearEnqueued() {
        return pg.withPool(pool -> pool.query("""
                        delete from activation_enqueued where id in (
                            select id from activation_enqueued e where not exists (
                                select from activation a where a.id = e.id and a.sequence = e.sequence
                                and a.status = 'queued' and a.finished_at is null)
                            order by id for update)""").execute().mapEmpty());
    }

    Future<List<Snapshot>> findRunning(String after, int limit) {
        return query(
                "select record, sequence from activation where status = 'running' and finished_at is null"
                        + " and id > $1 order by id limit $2",
                Tuple.of(after, limit),
                RepairStore::snapshot);
    }

    /** Functions with unfinished activations, by owner and id. */
    Future<List<QueueKey>> findFunctionsWithWork(Optional<QueueKey> after, int limit) {
        return query(
                """
                        select distinct owner, function_id from activation
                        where finished_at is null and (owner, function_id) > ($1, $2)
                        order by owner, function_id limit $3""",
                Tuple.of(
                        after.map(QueueKey::owner).orElse(""),
                        after.map(QueueKey::function).orElse(""),
                        limit),
                row -> new QueueKey(row.getString("owner"), row.getString("function_id")));
    }

    /** How many activations of each function may run at once. */
    Future<Map<String, Integer>> findConcurrency(Collection<String> ids) {
        return query(
                        """
                        select f.id, (convert_from(r.body, 'UTF8')::jsonb -> 'spec' ->> 'concurrency')::int as concurrency
                        from function f join function_revision r on r.function_id = f.id and r.revision = f.revision
                        where f.id = any($1)""",
                        Tuple.of(ids.toArray(String[]::new)),
                        row -> Map.entry(row.getString("id"), row.getInteger("concurrency")))
                .map(rows -> rows.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** Includes deleted functions. */
    Future<List<FunctionRevision>> findLatestRevisions(Collection<String> ids) {
        return query(
                """
                        select r.body from function f join function_revision r
                        on r.function_id = f.id and r.revision = f.revision where f.id = any($1)""",
                Tuple.of(ids.toArray(String[]::new)),
                row -> Codec.decode(row.getBuffer("body").getBytes(), FunctionRevision.class));
    }

    /** When a queued activation expires; overdue ones are read in this order. */
    public record Deadline(Instant at, String id) {
        public static final Deadline FIRST = new Deadline(Instant.EPOCH, "");
    }

    /** @param pauses of its function */
    public record Overdue(Deadline deadline, Snapshot state, FunctionPauses pauses) {}

    /** Queued activations whose deadline is before {@code now}, by deadline. */
    public Future<List<Overdue>> findOverdue(Instant now, Deadline after, int limit) {
        return query(
                """
                        select a.*, f.pauses from (
                            select id, expires_at, record, sequence, function_id from activation
                            where status = 'queued' and expires_at < $1 and (expires_at, id) > ($2, $3)
                            order by expires_at, id limit $4) a
                        left join function f on f.id = a.function_id order by a.expires_at, a.id""",
                Tuple.of(now.atOffset(ZoneOffset.UTC), after.at().atOffset(ZoneOffset.UTC), after.id(), limit),
                row -> new Overdue(
                        new Deadline(row.getOffsetDateTime("expires_at").toInstant(), row.getString("id")),
                        snapshot(row),
                        Optional.ofNullable(Pg.optionalBytes(row, "pauses"))
                                .map(pauses -> Codec.decode(pauses, FunctionPauses.class))
                                .orElse(FunctionPauses.NONE)));
    }

    /** Deleted functions that still have a queue, except those whose activations run to their end. */
    Future<List<QueueKey>> findDeletedFunctions(int limit) {
        return query(
                "select id, owner from function where deleted_at is not null and not retired"
                        + " and not drained order by deleted_at limit $1",
                Tuple.of(limit),
                RepairStore::key);
    }

    /** By id. */
    Future<List<Snapshot>> findUnfinished(QueueKey function, String after, int limit) {
        return query(
                "select record, sequence from activation where owner = $1 and function_id = $2"
                        + " and finished_at is null and id > $3 order by id limit $4",
                Tuple.of(function.owner(), function.function(), after, limit),
                RepairStore::snapshot);
    }

    /** Queues of functions that were deleted at least {@code minAge} ago and have no unfinished activation. */
    Future<List<QueueKey>> findRemovableQueues(Duration minAge, int limit) {
        return query("""
                        select id, owner from function f
                        where deleted_at <= now() - make_interval(secs => $1) and not retired
                        and not exists (select from activation a
                            where a.owner = f.owner and a.function_id = f.id and a.finished_at is null)
                        order by deleted_at limit $2""", Tuple.of(seconds(minAge), limit), RepairStore::key);
    }

    Future<Void> markQueueRemoved(String functionId) {
        return pg.update("update function set retired = true where id = $1", Tuple.of(functionId))
                .mapEmpty();
    }

    /**
     * A deleted function that can be purged.
     *
     * @param isKeyReused whether a later function has or had the same key
     */
    record PurgeableFunction(String id, BucketKey key, boolean isKeyReused) {}

    /** Functions deleted before a time, or of a deleted user, without queue, activations in the ledger or pending outbox row. */
    Future<List<PurgeableFunction>> findPurgeable(Instant deletedBefore, int limit) {
        return query(
                """
                        select id, owner, name, exists (select from function o
                            where o.owner = f.owner and o.name = f.name and o.id > f.id) as replaced
                        from function f where retired
                        and (deleted_at < $1 or exists (select from deleted_user u
                            where u.id = f.owner and u.noted_at < now() - interval '1 hour'))
                        and not exists (select from activation a where a.owner = f.owner and a.function_id = f.id)
                        and not exists (select from function_outbox o where o.owner = f.owner and o.name = f.name)
                        order by deleted_at limit $2""",
                Tuple.of(deletedBefore.atOffset(ZoneOffset.UTC), limit),
                row -> new PurgeableFunction(
                        row.getString("id"),
                        new BucketKey(row.getString("owner"), row.getString("name")),
                        row.getBoolean("replaced")));
    }

    Future<Void> purge(String functionId) {
        return pg.inTransaction(tx -> tx.preparedQuery("delete from function_revision where function_id = $1")
                .execute(Tuple.of(functionId))
                .compose(gone -> tx.preparedQuery("delete from function where id = $1 and deleted_at is not null")
                        .execute(Tuple.of(functionId)))
                .mapEmpty());
    }

    /** For deleted functions: a gateway that had not seen the deletion yet has created the queue again. */
    Future<Void> markQueueExisting(Collection<String> functionIds) {
        return pg.update(
                        "with ordered as (select id from function where id = any($1) and deleted_at is not null and retired"
                                + " order by id for update)"
                                + " update function f set retired = false from ordered where f.id = ordered.id",
                        Tuple.of(functionIds.toArray(String[]::new)))
                .mapEmpty();
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

    private <T> Future<List<T>> query(String sql, Tuple values, Function<Row, T> each) {
        return pg.withPool(pool -> pool.preparedQuery(sql)
                .execute(values)
                .map((RowSet<Row> rows) -> rows.stream().map(each).toList()));
    }
}
