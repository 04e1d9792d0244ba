package dev.faas.registry.job;

import dev.faas.acceptance.IdempotencyKeys;
import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.batch.Batch;
import dev.faas.destination.DestinationSpec;
import dev.faas.job.Job;
import dev.faas.job.JobAction;
import dev.faas.lifecycle.Blocking;
import dev.faas.pg.DeliverySelect;
import dev.faas.pg.JobRowStore;
import dev.faas.pg.LedgerSelect;
import dev.faas.pg.Pg;
import dev.faas.registry.batch.BatchStore;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and writes the table {@code job}, on whose rows the dispatcher works. */
public final class JobStore {
    private static final int PRUNED = 1_000;

    private final Pg pg;
    private final AuditStore audit;

    public JobStore(Pg pg, AuditStore audit) {
        this.pg = pg;
        this.audit = audit;
    }

    /**
     * A job that is not stored.
     *
     * @param at it works on what was submitted before
     * @param hiddenUntil nor on what ended before this
     * @param key of its request; null: it has none
     */
    record NewJob(
            String owner,
            JobRequest request,
            Instant at,
            Instant hiddenUntil,
            @Nullable String key) {}

    /** How many things its filter selects, to a limit. */
    Future<Integer> count(NewJob job, int limit) {
        if (job.request.action() == JobAction.REDELIVER) {
            var values = DeliverySelect.values(job.owner, job.request.filter().deliveries(new ArrayList<>()))
                    .addValue(Ids.lowestDeliveryAt(job.at))
                    .addValue(DestinationSpec.TEST)
                    .addValue(limit);
            return count(
                    "select v.id from delivery v where" + DeliverySelect.CONDITION
                            + "and v.id < $6 and v.type <> $7"
                            + " and exists (select from destination d where d.id = v.destination_id) limit $8",
                    values);
        }
        var select = new LedgerSelect(job.owner, job.request.filter().activations(job.request.action()))
                .notEndedBefore(job.hiddenUntil)
                .and("id <", Ids.lowestAt(job.at));
        return count(select.oldest("id", limit), select.values());
    }

    private Future<Integer> count(String select, Tuple values) {
        return pg.withPool(pool -> pool.preparedQuery(
                        Pg.CUSTOM_PLAN + "select count(*)::int as matched from (" + select + ") found")
                .execute(values)
                .map(rows -> rows.iterator().next().getInteger("matched")));
    }

    /**
     * Of a request with its key within a day: the id of the job. Fails with 422 {@code idempotency_key_reused} when that asked for
     * another job.
     */
    Future<Optional<String>> findRepeated(NewJob job) {
        return pg.withPool(pool -> findRepeated(pool, job));
    }

    private static Future<Optional<String>> findRepeated(SqlClient client, NewJob job) {
        if (job.key == null) {
            return Future.succeededFuture(Optional.empty());
        }
        return client.preparedQuery(
                        "select * from job where owner = $1 and key = $2 and created_at > now() - interval '1 day'")
                .execute(Tuple.of(job.owner, job.key))
                .map(rows -> first(rows).map(known -> {
                    if (known.action() != job.request.action()
                            || !known.filter().equals(job.request.filter())) {
                        throw IdempotencyKeys.keyReused("list of jobs").asException();
                    }
                    return known.id();
                }));
    }

    /**
     * Unless a request with its key was faster. Returns the id of the job.
     *
     * @param checkRoom of what the owner has with it
     */
    Future<String> insert(NewJob job, int matched, Consumer<QuotaStore.Usage> checkRoom, Origin origin) {
        return pg.inTransaction(tx -> QuotaStore.lock(tx, job.owner)
                .compose(locked -> findRepeated(tx, job))
                .compose(known -> known.map(Future::succeededFuture)
                        .orElseGet(() -> insert(tx, job, matched, origin)
                                .compose(id -> QuotaStore.usage(tx, job.owner).map(usage -> {
                                    checkRoom.accept(usage);
                                    return id;
                                })))));
    }

    private Future<String> insert(SqlConnection tx, NewJob job, int matched, Origin origin) {
        var id = Ids.job(job.at);
        var action = job.request.action();
        var batch = action.submits() ? Batch.open(job.owner, Batch.Target.NONE, null, job.at) : null;
        return (batch == null ? Future.succeededFuture() : BatchStore.insert(tx, batch, null))
                .compose(batched -> tx.preparedQuery("update job set key = null where owner = $1 and key = $2")
                        .execute(Tuple.of(job.owner, job.key)))
                .compose(forgotten -> tx.preparedQuery("""
                                insert into job (id, owner, action, filter, state, matched, batch_id, key, hidden_until, created_at)
                                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""")
                        .execute(Tuple.tuple()
                                .addValue(id)
                                .addValue(job.owner)
                                .addValue(action.text())
                                .addValue(job.request.filter().toJson())
                                .addValue(Job.RUNNING)
                                .addValue(matched)
                                .addValue(batch == null ? null : batch.id())
                                .addValue(job.key)
                                .addValue(Pg.utc(job.hiddenUntil))
                                .addValue(Pg.utc(job.at))))
                .compose(inserted -> audit.write(
                        tx,
                        AuditEntry.done(origin, "job.create", id, new JsonObject().put("action", action.text()))
                                .inProject(job.owner)))
                .map(id);
    }

    Future<Optional<Job>> find(String owner, String id) {
        return pg.withPool(pool -> pool.preparedQuery("select * from job where owner = $1 and id = $2")
                .execute(Tuple.of(owner, id))
                .map(JobStore::first));
    }

    /** Newest first. */
    Future<List<Job>> list(String owner, @Nullable String before, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select * from job where owner = $1 and ($2::text is null or id < $2)
                        order by id desc limit $3""")
                .execute(Tuple.of(owner, before, limit))
                .map(rows -> rows.stream().map(JobRowStore::toJob).toList()));
    }

    /** After its page; one that has ended stays as it is. Empty when there is none. */
    Future<Optional<Job>> stop(String owner, String id, Origin origin) {
        return pg.inTransaction(tx -> tx.preparedQuery("""
                        update job set state = $3, due_at = now() where owner = $1 and id = $2 and state = $4""")
                .execute(Tuple.of(owner, id, Job.STOPPING, Job.RUNNING))
                .compose(changed -> changed.rowCount() == 0
                        ? Future.succeededFuture()
                        : audit.write(
                                tx, AuditEntry.done(origin, "job.stop", id).inProject(owner)))
                .compose(done -> tx.preparedQuery("select * from job where owner = $1 and id = $2")
                        .execute(Tuple.of(owner, id)))
                .map(JobStore::first));
    }

    /** Of a deleted user. */
    public Future<Void> deleteAllOf(String owner) {
        return pg.update("delete from job where owner = $1", Tuple.of(owner)).mapEmpty();
    }

    /** Removes those that ended 30 days ago. Returns whether there may be more. Blocks. */
    public boolean prune() throws Exception {
        return Blocking.await(pg.update("""
                        delete from job where id = any(array(
                            select id from job where ended_at < now() - interval '30 days' order by ended_at limit $1))""", Tuple.of(PRUNED))) == PRUNED;
    }

    private static Optional<Job> first(RowSet<Row> rows) {
        return rows.stream().map(JobRowStore::toJob).findFirst();
    }
}
