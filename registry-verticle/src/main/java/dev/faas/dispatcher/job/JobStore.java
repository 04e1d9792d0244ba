package dev.faas.dispatcher.job;

import dev.faas.destination.DestinationSpec;
import dev.faas.dispatcher.job.ClaimedJob.Cursor;
import dev.faas.dispatcher.job.ClaimedJob.Item;
import dev.faas.dispatcher.job.Work.Subject;
import dev.faas.job.JobAction;
import dev.faas.pg.DeliverySelect;
import dev.faas.pg.FunctionRevisionStore;
import dev.faas.pg.JobRowStore;
import dev.faas.pg.LedgerSelect;
import dev.faas.pg.Pg;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and writes the table {@code job}, and reads what jobs work on. A job that another dispatcher has by now is left alone. */
final class JobStore {
    private final Pg pg;

    JobStore(Pg pg) {
        this.pg = pg;
    }

    /** For a minute, much more than a page takes. */
    Future<List<ClaimedJob>> claim(int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        with claimed as (
                            update job set leased_until = now() + interval '1 minute' where id in (
                                select id from job where ended_at is null and due_at <= now()
                                and (leased_until < now()) is not false
                                order by due_at limit $1 for update skip locked)
                            returning *)
                        select c.*, b.seed from claimed c left join batch b on b.id = c.batch_id""")
                .execute(Tuple.of(limit))
                .map(rows -> rows.stream().map(JobStore::toClaimed).toList()));
    }

    private static ClaimedJob toClaimed(Row row) {
        var page = new ArrayList<Item>();
        var left = row.getJsonObject("page");
        if (left != null) {
            left.forEach(entry -> page.add(new Item(entry.getKey(), (Integer) entry.getValue())));
        }
        return new ClaimedJob(
                JobRowStore.toJob(row),
                row.getOffsetDateTime("leased_until"),
                List.copyOf(page),
                new Cursor(row.getString("after_id"), row.getInteger("next_index"), Pg.time(row, "hidden_until")),
                Objects.requireNonNullElse(row.getBuffer("seed"), Buffer.buffer()));
    }

    /** Stores the next page before anything is done about it. Empty when there is none. */
    Future<Optional<List<Item>>> begin(ClaimedJob job, int size) {
        int first = job.cursor().nextIndex();
        if (first + size > Ids.MOST_ITEMS) {
            return Future.succeededFuture(Optional.empty());
        }
        return pg.inTransaction(tx -> select(tx, job, size).compose(selected -> {
            if (selected.isEmpty()) {
                return Future.succeededFuture(Optional.empty());
            }
            var taken = job.job().action() == JobAction.REDRIVE
                    ? takeDeadLetters(tx, selected)
                    : Future.succeededFuture(selected);
            return taken.compose(ids -> {
                var page = new ArrayList<Item>();
                ids.forEach(id -> page.add(new Item(id, first + page.size())));
                return change(
                                tx,
                                job,
                                "after_id = $3, page = $4, next_index = next_index + $5",
                                Tuple.of(selected.getLast(), toJson(page), page.size()))
                        .map(Optional.of(List.copyOf(page)));
            });
        }));
    }

    /** The ids of a page. */
    private static Future<List<String>> select(SqlConnection tx, ClaimedJob job, int size) {
        var select = new LedgerSelect(
                        job.job().owner(),
                        job.job().filter().activations(job.job().action()))
                .notEndedBefore(job.cursor().hiddenUntil())
                .and("id <", Ids.lowestAt(Ids.timeOfJob(job.id())))
                .and("id >", job.cursor().afterId());
        var oldest = select.oldest("id", size);
        return tx.preparedQuery(Pg.CUSTOM_PLAN + oldest)
                .execute(select.values())
                .map(JobStore::ids);
    }

    /** Those that no other job has taken. They are dead letters no more, so that no other one will. */
    private static Future<List<String>> takeDeadLetters(SqlConnection tx, List<String> selected) {
        return tx.preparedQuery("""
                        with letters as (
                            select id from activation where id = any($1) and dead_letter is null order by id for update),
                        taken as (
                            update activation a set dead_letter = false from letters l where a.id = l.id returning a.id)
                        select id from taken order by id""")
                .execute(Tuple.of(selected.toArray(String[]::new)))
                .map(JobStore::ids);
    }

    /** Returns how many were; empty when there is none any more. */
    Future<Optional<Integer>> dismiss(ClaimedJob job, int size) {
        return pg.inTransaction(tx -> select(tx, job, size)
                .compose(selected -> selected.isEmpty()
                        ? Future.succeededFuture(Optional.empty())
                        : takeDeadLetters(tx, selected)
                                .compose(taken -> passed(tx, job, selected.getLast(), taken.size()))));
    }

    /** Returns how many were; empty when there is none any more. */
    Future<Optional<Integer>> redeliver(ClaimedJob job, int size) {
        var values = DeliverySelect.values(job.job().owner(), job.job().filter().deliveries(new ArrayList<>()))
                .addValue(DestinationSpec.TEST)
                .addValue(Ids.lowestDeliveryAt(Ids.timeOfJob(job.id())))
                .addValue(job.cursor().afterId())
                .addValue(size);
        return pg.inTransaction(tx -> tx.preparedQuery(Pg.CUSTOM_PLAN
                        + "with found as (select v.id, v.leased_until from delivery v"
                        + " join destination d on d.id = v.destination_id where" + DeliverySelect.CONDITION
                        + "and v.type <> $6 and v.id < $7 and v.id > $8 order by v.id limit $9 for update of v)"
                        + DeliverySelect.REDELIVER)
                .execute(values)
                .map(JobStore::ids)
                .compose(found -> found.isEmpty()
                        ? Future.succeededFuture(Optional.empty())
                        : passed(tx, job, found.getLast(), found.size())));
    }

    private static Future<Optional<Integer>> passed(SqlConnection tx, ClaimedJob job, String last, int done) {
        return change(
                        tx,
                        job,
                        "after_id = $3, done = done + $4, due_at = now(), leased_until = null",
                        Tuple.of(last, done))
                .map(Optional.of(done));
    }

    /** Of what the ledger has of a page, by its id. */
    Future<Map<String, Subject>> read(List<Item> page, boolean withArgument) {
        return pg.withPool(pool -> pool.preparedQuery("select id, record, sequence, argument_apart, "
                        + (withArgument ? "argument" : "null::bytea as argument")
                        + " from activation where id = any($1)")
                .execute(Tuple.of(page.stream().map(Item::id).toArray(String[]::new)))
                .map(rows -> {
                    var subjects = new HashMap<String, Subject>();
                    rows.forEach(row -> subjects.put(
                            row.getString("id"),
                            new Subject(
                                    row.getBuffer("record"),
                                    row.getLong("sequence"),
                                    row.getBuffer("argument"),
                                    row.getBoolean("argument_apart"))));
                    return subjects;
                }));
    }

    /** Empty when it has been deleted. */
    Future<Optional<FunctionRevision>> findFunction(String owner, String id) {
        return FunctionRevisionStore.find(pg, owner, id, null);
    }

    /** Notes what became of a page. A dead letter that was not re-driven is one again. */
    Future<Void> settle(ClaimedJob job, Settled settled) {
        return pg.inTransaction(tx -> change(
                        tx,
                        job,
                        "done = done + $3, failed = failed + $4, page = $5, leased_until = null,"
                                + " due_at = now() + $6 * interval '1 millisecond'",
                        Tuple.of(
                                settled.done().size(),
                                settled.failed().size(),
                                toJson(settled.later()),
                                settled.pause().toMillis()))
                .compose(noted -> job.job().action() == JobAction.REDRIVE
                        ? markRedriven(tx, settled)
                        : Future.succeededFuture()));
    }

    private static Future<Void> markRedriven(SqlConnection tx, Settled settled) {
        var ids = new ArrayList<>(settled.done().keySet());
        var activations = new ArrayList<@Nullable String>(settled.done().values());
        settled.failed().forEach(id -> {
            ids.add(id);
            activations.add(null);
        });
        return tx.preparedQuery("""
                        with ordered as (select id from activation where id = any($1) order by id for update)
                        update activation a set redriven_as = e.activation, dead_letter = case when e.activation is not null then false end
                        from ordered o, unnest($1::text[], $2::text[]) as e (id, activation)
                        where a.id = o.id and e.id = o.id""")
                .execute(Tuple.tuple()
                        .addArrayOfString(ids.toArray(String[]::new))
                        .addArrayOfString(activations.toArray(String[]::new)))
                .mapEmpty();
    }

    /** With its batch, which has all of its items now. */
    Future<Void> end(ClaimedJob job) {
        return pg.inTransaction(tx -> change(
                        tx,
                        job,
                        "state = case state when 'stopping' then 'stopped' else 'completed' end, ended_at = now(),"
                                + " leased_until = null",
                        Tuple.tuple())
                .compose(ended -> tx.preparedQuery("""
                                update batch set state = 'closed', changed_at = now(), ended_at = null, accepted = $2,
                                    rejected = $3, size = $2::int + $3::int where id = $1""")
                        .execute(Tuple.of(
                                job.job().batchId(),
                                job.job().progress().done(),
                                job.job().progress().failed())))
                .mapEmpty());
    }

    /**
     * Fails, and so undoes the transaction, when another dispatcher has the job now.
     *
     * @param values from $3 on
     */
    private static Future<Void> change(SqlConnection tx, ClaimedJob job, String assignments, Tuple values) {
        var all = Tuple.of(job.id(), job.lease());
        for (int i = 0; i < values.size(); i++) {
            all.addValue(values.getValue(i));
        }
        return tx.preparedQuery("update job set " + assignments + " where id = $1 and leased_until = $2")
                .execute(all)
                .map(changed -> {
                    if (changed.rowCount() == 0) {
                        throw new IllegalStateException(
                                "another dispatcher works on " + job.id() + ", or it is deleted");
                    }
                    return null;
                });
    }

    /** Null without any. */
    private static @Nullable JsonObject toJson(List<Item> page) {
        if (page.isEmpty()) {
            return null;
        }
        var json = new JsonObject();
        page.forEach(item -> json.put(item.id(), item.index()));
        return json;
    }

    private static List<String> ids(RowSet<Row> rows) {
        return rows.stream().map(row -> row.getString("id")).toList();
    }
}
