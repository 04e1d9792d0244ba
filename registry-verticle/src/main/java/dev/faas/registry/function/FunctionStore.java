package dev.faas.registry.function;

import dev.faas.audit.AuditStore;
import dev.faas.pg.FunctionRevisionStore;
import dev.faas.pg.Pg;
import dev.faas.quota.Quota;
import dev.faas.quota.Quota.Limit;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.registry.quota.QuotaStore.Usage;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the tables {@code function} and {@code function_revision}. Each change adds a row to the outbox and one to the
 * audit log in its transaction.
 */
public final class FunctionStore {
    /** Compares what an owner has after a write with the quota, and fails when it is exceeded. */
    @FunctionalInterface
    public interface QuotaCheck {
        /**
         * Returns the quota.
         *
         * @param growth bytes of the owner's current revisions that the write adds
         */
        Quota check(Usage after, long growth);
    }

    private static final int OLDEST_ALIVE = 1_000;

    private static final String SELECT_LATEST = """
            select r.body, f.pauses from function f join function_revision r
            on r.function_id = f.id and r.revision = f.revision where f.deleted_at is null and\s""";

    private final Pg pg;
    private final AuditStore audit;

    public FunctionStore(Pg pg, AuditStore audit) {
        this.pg = pg;
        this.audit = audit;
    }

    /**
     * False when the owner has a function of this name. Fails with 400 {@code invalid_request} for secrets that are not stored.
     *
     * @param quota an exception rolls back
     */
    public Future<Boolean> insert(FunctionRevision first, QuotaCheck quota, FunctionAudit by) {
        return pg.inTransaction(tx -> QuotaStore.lock(tx, first.owner())
                .compose(locked -> tx.preparedQuery("""
                        insert into function (id, owner, name, revision, idle_due_at) values ($1, $2, $3, $4, $5)
                        on conflict (owner, name) where deleted_at is null do nothing""")
                        .execute(Tuple.of(
                                first.id(), first.owner(), first.spec().name(), first.revision(), idleDueAt(first))))
                .compose(inserted -> inserted.rowCount() == 0
                        ? Future.succeededFuture(false)
                        : NamedSecretStore.require(tx, first)
                                .compose(named -> insertRevision(tx, first))
                                .compose(stored -> QuotaStore.usage(tx, first.owner()))
                                .compose(usage -> {
                                    quota.check(usage, bytes(first));
                                    return addToOutbox(
                                            tx, first.owner(), first.spec().name());
                                })
                                .compose(noted -> audit.write(tx, by.entry(first)))
                                .map(true)));
    }

    /** Fails with 400 {@code invalid_request} when a write of this revision would, because of its secrets. */
    Future<Void> requireSecrets(FunctionRevision function) {
        return pg.withPool(pool -> NamedSecretStore.require(pool, function));
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
                            select r.body, f.pauses from function f join function_revision r on r.function_id = f.id
                            where f.deleted_at is null and r.revision = $3 and\s""" + condition(ref))
                    .execute(Tuple.of(owner, ref.target(), ref.revision().getAsInt()))
                    .map(FunctionStore::first);
        });
    }

    /**
     * By name.
     *
     * @param labels that a function must have; reads the owner's functions one by one if there are any
     */
    Future<List<FunctionRevision>> list(String owner, Map<String, String> labels, String after, int limit) {
        var values = Tuple.of(owner, after, limit);
        var where = "f.owner = $1 and f.name > $2";
        if (!labels.isEmpty()) {
            values.addValue(new JsonObject(Map.<String, Object>copyOf(labels)));
            where += " and convert_from(r.body, 'UTF8')::jsonb -> 'spec' -> 'labels' @> $4";
        }
        var select = SELECT_LATEST + where + " order by f.name limit $3";
        return pg.withPool(pool -> pool.preparedQuery(select).execute(values).map(FunctionStore::decode));
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
                        select r.body, f.pauses from function_revision r join function f on f.id = r.function_id
                        where r.function_id = $1 and r.revision < $2 order by r.revision desc limit $3""")
                .execute(Tuple.of(functionId, before, limit))
                .map(FunctionStore::decode));
    }

    /**
     * Stores the revision that {@code next} makes of the newest one, under the function's lock, unless it is the newest one
     * itself; empty when there is no such function. An exception of {@code next} or {@code quota} fails the future and rolls
     * back. Removes the oldest revisions that are more than the quota allows.
     */
    public Future<Optional<FunctionRevision>> revise(
            String owner, FunctionRef ref, UnaryOperator<FunctionRevision> next, QuotaCheck quota, FunctionAudit by) {
        return pg.inTransaction(tx -> QuotaStore.lock(tx, owner)
                .compose(locked -> lock(tx, owner, ref))
                .compose(found -> {
                    if (found.isEmpty()) {
                        return Future.succeededFuture(Optional.empty());
                    }
                    var revised = next.apply(found.get());
                    if (revised.revision() == found.get().revision()) {
                        return Future.succeededFuture(found);
                    }
                    return NamedSecretStore.require(tx, revised)
                            .compose(named -> insertRevision(tx, revised))
                            .compose(stored -> tx.preparedQuery(
                                            "update function set revision = $2, idle_due_at = $3 where id = $1")
                                    .execute(Tuple.of(revised.id(), revised.revision(), idleDueAt(revised))))
                            .compose(updated -> QuotaStore.usage(tx, owner))
                            .compose(usage -> removeOldRevisions(
                                    tx,
                                    revised,
                                    quota.check(usage, bytes(revised) - bytes(found.get()))
                                            .of(Limit.REVISIONS)))
                            .compose(removed ->
                                    addToOutbox(tx, owner, revised.spec().name()))
                            .compose(noted -> audit.write(tx, by.entry(revised)))
                            .map(Optional.of(revised));
                }));
    }

    /**
     * A revision stays that one of the oldest activations names which have not ended. Later ones than {@link #OLDEST_ALIVE} are
     * not looked at: they run as they were accepted, with or without their revision here.
     */
    private static Future<Void> removeOldRevisions(SqlConnection tx, FunctionRevision newest, long kept) {
        if (newest.revision() <= kept) {
            return Future.succeededFuture();
        }
        return tx.preparedQuery("""
                        with too_old as (
                            select revision from function_revision where function_id = $1
                            order by revision desc offset $3),
                        alive as (
                            select record from activation where owner = $2 and function_id = $1 and finished_at is null
                            order by id limit $4),
                        named as (
                            select (convert_from(record, 'UTF8')::jsonb -> 'activation' -> 'function' ->> 'revision')::int
                                as revision
                            from alive where exists (select from too_old))
                        delete from function_revision where function_id = $1
                        and revision in (select revision from too_old)
                        and revision not in (select revision from named where revision is not null)""")
                .execute(Tuple.of(newest.id(), newest.owner(), kept, OLDEST_ALIVE))
                .mapEmpty();
    }

    static long bytes(FunctionRevision revision) {
        return encode(revision).length();
    }

    /** Keeps the row as a tombstone; empty when there is no such function. An exception of {@code check} rolls back. */
    Future<Optional<FunctionRevision>> delete(
            String owner, FunctionRef ref, Consumer<FunctionRevision> check, Instant now, FunctionAudit by) {
        // Changes of schedules lock the owner, their schedule and then its function.
        return pg.inTransaction(tx -> QuotaStore.lock(tx, owner)
                .compose(locked -> lock(tx, owner, ref))
                .compose(found -> {
                    if (found.isEmpty()) {
                        return Future.succeededFuture(found);
                    }
                    check.accept(found.get());
                    return tx.preparedQuery("update function set deleted_at = $2 where id = $1")
                            .execute(Tuple.of(found.get().id(), now.atOffset(ZoneOffset.UTC)))
                            .compose(deleted -> stopTriggers(tx, found.get().id()))
                            .compose(updated ->
                                    addToOutbox(tx, owner, found.get().spec().name()))
                            .compose(noted -> audit.write(tx, by.entry(found.get())))
                            .map(found);
                }));
    }

    /** False when this is not the newest revision, or the function is paused or deleted. What was accepted still runs. */
    Future<Boolean> deleteIdle(FunctionRevision newest, Instant now, FunctionAudit by) {
        return pg.inTransaction(tx -> QuotaStore.lock(tx, newest.owner())
                .compose(locked -> tx.preparedQuery("""
                        update function set deleted_at = $3, drained = true
                        where id = $1 and revision = $2 and deleted_at is null and not paused""")
                        .execute(Tuple.of(newest.id(), newest.revision(), now.atOffset(ZoneOffset.UTC))))
                .compose(deleted -> deleted.rowCount() == 0
                        ? Future.succeededFuture(false)
                        : stopTriggers(tx, newest.id())
                                .compose(stopped -> addToOutbox(
                                        tx, newest.owner(), newest.spec().name()))
                                .compose(noted -> audit.write(tx, by.entry(newest)))
                                .map(true)));
    }

    /** A function of the same name later does not revive them. */
    private static Future<Void> stopTriggers(SqlConnection tx, String functionId) {
        return tx.preparedQuery("""
                        update schedule set state = 'function_deleted', paused_at = null, next_at = null, due_at = null
                        where id in (select id from schedule where function_id = $1 order by id for update)""")
                .execute(Tuple.of(functionId))
                .compose(stopped -> tx.preparedQuery("""
                                with stopped as (
                                    update hook set state = 'function_deleted'
                                    where id in (select id from hook where function_id = $1 order by id for update)
                                    returning id)
                                insert into hook_outbox (id) select id from stopped
                                on conflict (id) do update
                                set change = nextval('hook_change'), noted_at = now()""").execute(Tuple.of(functionId)))
                .compose(stopped -> tx.preparedQuery("""
                                update source set state = 'function_deleted'
                                where id in (select id from source where function_id = $1 order by id for update)""").execute(Tuple.of(functionId)))
                .mapEmpty();
    }

    /** When it may have been idle for too long, if nobody calls it until then. */
    private static @Nullable OffsetDateTime idleDueAt(FunctionRevision function) {
        var seconds = function.spec().idleTtlSeconds();
        return seconds == null
                ? null
                : function.updatedAt().plusSeconds(seconds).atOffset(ZoneOffset.UTC);
    }

    private static Future<Optional<FunctionRevision>> lock(SqlConnection tx, String owner, FunctionRef ref) {
        return tx.preparedQuery(SELECT_LATEST + condition(ref) + " for update of f")
                .execute(Tuple.of(owner, ref.target()))
                .map(FunctionStore::first);
    }

    private static Future<Void> insertRevision(SqlConnection tx, FunctionRevision revision) {
        return tx.preparedQuery("insert into function_revision (function_id, revision, body) values ($1, $2, $3)")
                .execute(Tuple.of(revision.id(), revision.revision(), encode(revision)))
                .mapEmpty();
    }

    /** Pauses have a column of their own: they are the function's. */
    private static Buffer encode(FunctionRevision revision) {
        return Buffer.buffer(Codec.encode(revision.with(FunctionPauses.NONE)));
    }

    /** Stores the pauses that {@code next} makes, under the function's lock; empty when there is no such function. */
    Future<Optional<FunctionRevision>> pause(
            String owner, FunctionRef ref, Function<FunctionRevision, FunctionPauses> next, FunctionAudit by) {
        return pg.inTransaction(tx -> lock(tx, owner, ref).compose(found -> {
            if (found.isEmpty()) {
                return Future.succeededFuture(found);
            }
            var pauses = next.apply(found.get());
            if (pauses.equals(found.get().pauses())) {
                return Future.succeededFuture(found);
            }
            var after = found.get().with(pauses);
            return tx.preparedQuery("update function set paused = $2, pauses = $3 where id = $1")
                    .execute(Tuple.of(after.id(), pauses.isPaused(), Buffer.buffer(Codec.encode(pauses))))
                    .compose(updated -> addToOutbox(tx, owner, after.spec().name()))
                    .compose(noted -> audit.write(tx, by.entry(after)))
                    .map(Optional.of(after));
        }));
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
        return rows.stream().map(FunctionRevisionStore::of).toList();
    }
}
