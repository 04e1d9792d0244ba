package dev.faas.registry.hook;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.hook.HookSpec;
import dev.faas.hook.PublishedHook.PathSecret;
import dev.faas.hook.SealedSecrets;
import dev.faas.pg.Pg;
import dev.faas.registry.function.FunctionTarget;
import dev.faas.registry.function.FunctionTargetStore;
import dev.faas.registry.function.TriggerState;
import dev.faas.registry.hook.Hook.Access;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads and writes the table {@code hook}. Each change adds a row to {@code hook_outbox} in its transaction. */
public final class HookStore {
    /** A deleted function is purged some time later. */
    private static final String SELECT = """
            select h.*, coalesce(f.name, h.function_id) as function_name from hook h
            left join function f on f.id = h.function_id where\s""";

    private static final String NOTE_AGAIN =
            " on conflict (id) do update set change = nextval('hook_change'), noted_at = now()";

    private final Pg pg;
    private final AuditStore audit;

    public HookStore(Pg pg, AuditStore audit) {
        this.pg = pg;
        this.audit = audit;
    }

    /** In one transaction that no other change of this owner's hooks overlaps. A failure rolls back. */
    <T> Future<T> change(String owner, Function<Change, Future<T>> work) {
        return pg.inTransaction(tx -> QuotaStore.lock(tx, owner).compose(locked -> work.apply(new Change(tx, owner))));
    }

    /** A transaction. */
    final class Change {
        private final SqlConnection tx;
        private final String owner;

        private Change(SqlConnection tx, String owner) {
            this.tx = tx;
            this.owner = owner;
        }

        Future<FunctionTarget> lockFunction(FunctionRef ref) {
            return FunctionTargetStore.lock(tx, owner, ref);
        }

        /** With what this transaction has written. */
        Future<QuotaStore.Usage> usage() {
            return QuotaStore.usage(tx, owner);
        }

        /** False when the owner has a hook of this name. */
        Future<Boolean> insert(Hook hook) {
            return tx.preparedQuery("""
                            insert into hook (id, function_id, pinned, version, spec, secrets, path_hash, old_hash,
                                old_until, state, updated_at, owner, name, created_at)
                            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                            on conflict (owner, name) do nothing""")
                    .execute(values(hook)
                            .addValue(owner)
                            .addValue(hook.spec().name())
                            .addValue(Pg.utc(hook.times().createdAt())))
                    .compose(inserted ->
                            inserted.rowCount() == 1 ? note(hook.id()).map(true) : Future.succeededFuture(false));
        }

        Future<Optional<Hook>> lock(String ref) {
            return tx.preparedQuery(SELECT + condition(ref) + " for update of h")
                    .execute(Tuple.of(owner, ref))
                    .map(HookStore::first);
        }

        Future<Void> update(Hook hook) {
            return tx.preparedQuery("""
                            update hook set function_id = $2, pinned = $3, version = $4, spec = $5, secrets = $6,
                                path_hash = $7, old_hash = $8, old_until = $9, state = $10, updated_at = $11
                            where id = $1""").execute(values(hook)).compose(updated -> note(hook.id()));
        }

        Future<Void> delete(Hook hook) {
            return tx.preparedQuery("delete from hook where id = $1")
                    .execute(Tuple.of(hook.id()))
                    .compose(deleted -> note(hook.id()));
        }

        private Future<Void> note(String id) {
            return tx.preparedQuery("insert into hook_outbox (id) values ($1)" + NOTE_AGAIN)
                    .execute(Tuple.of(id))
                    .mapEmpty();
        }

        Future<Void> audit(AuditEntry entry) {
            return audit.write(tx, entry);
        }
    }

    /** Of a deleted user. */
    public Future<Void> deleteAllOf(String owner) {
        return pg.update(
                        "with deleted as (delete from hook where owner = $1 returning id)"
                                + " insert into hook_outbox (id) select id from deleted" + NOTE_AGAIN,
                        Tuple.of(owner))
                .mapEmpty();
    }

    Future<Optional<Hook>> find(String owner, String ref) {
        return pg.withPool(pool -> pool.preparedQuery(SELECT + condition(ref))
                .execute(Tuple.of(owner, ref))
                .map(HookStore::first));
    }

    /** By name. */
    Future<List<Hook>> list(String owner, String after, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(SELECT + "h.owner = $1 and h.name > $2 order by h.name limit $3")
                .execute(Tuple.of(owner, after, limit))
                .map(rows -> rows.stream().map(HookStore::toHook).toList()));
    }

    /**
     * What a key of the bucket has to hold.
     *
     * @param hook empty: nothing
     * @param change empty: another registry has written it
     */
    record KeyState(Optional<Hook> hook, Optional<Long> change) {}

    /** The change is read first: a later one of the hook has another number. */
    Future<KeyState> state(String id) {
        return pg.withPool(pool -> pool.preparedQuery("select change from hook_outbox where id = $1")
                .execute(Tuple.of(id))
                .compose(changes -> pool.preparedQuery(SELECT + "h.id = $1 and h.state <> 'function_deleted'")
                        .execute(Tuple.of(id))
                        .map(rows -> new KeyState(
                                first(rows),
                                changes.stream()
                                        .map(row -> row.getLong("change"))
                                        .findFirst()))));
    }

    /** Oldest change first. Younger than a second is left to the registry that made the change. */
    Future<List<String>> pending(int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select id from hook_outbox where noted_at < now() - interval '1 second'
                        order by change limit $1""")
                .execute(Tuple.of(limit))
                .map(rows -> rows.stream().map(row -> row.getString("id")).toList()));
    }

    /** Keeps the key if it has changed again since. */
    Future<Void> markPublished(String id, long change) {
        return pg.update("delete from hook_outbox where id = $1 and change = $2", Tuple.of(id, change))
                .mapEmpty();
    }

    /** The newest hook whose key is not pending, so the bucket must have it. */
    Future<Optional<String>> newestPublished() {
        return pg.withPool(pool -> pool.query("""
                        select id from hook h where state <> 'function_deleted'
                        and not exists (select from hook_outbox o where o.id = h.id) order by id desc limit 1""")
                .execute()
                .map(rows -> rows.stream().map(row -> row.getString("id")).findFirst()));
    }

    /** Every hook is written to the bucket again. */
    Future<Void> addAllToOutbox() {
        return pg.withPool(pool -> pool.query("insert into hook_outbox (id, noted_at)"
                        + " select id, '-infinity'::timestamptz from hook on conflict (id) do nothing")
                .execute()
                .mapEmpty());
    }

    private static Tuple values(Hook hook) {
        var access = hook.access();
        var old = access.old();
        return Tuple.tuple()
                .addValue(hook.id())
                .addValue(hook.function().id())
                .addValue(hook.function().revision())
                .addValue(hook.version())
                .addValue(Buffer.buffer(Codec.encode(hook.spec())))
                .addValue(access.secrets() == null ? null : toJson(access.secrets()))
                .addValue(access.path().sha256())
                .addValue(old == null ? null : old.sha256())
                .addValue(old == null ? null : Pg.optionalUtc(old.until()))
                .addValue(hook.state().text())
                .addValue(Pg.utc(hook.times().updatedAt()));
    }

    private static JsonObject toJson(SealedSecrets secrets) {
        return new JsonObject()
                .put("key", secrets.key())
                .put("sealed", secrets.sealed())
                .put("count", secrets.count());
    }

    private static String condition(String ref) {
        return "h.owner = $1 and " + (Ids.isHook(ref) ? "h.id" : "h.name") + " = $2";
    }

    private static Optional<Hook> first(RowSet<Row> rows) {
        return rows.stream().map(HookStore::toHook).findFirst();
    }

    private static Hook toHook(Row row) {
        var secrets = row.getJsonObject("secrets");
        var old = row.getString("old_hash");
        return new Hook(
                row.getString("id"),
                row.getString("owner"),
                FunctionTargetStore.read(row),
                row.getInteger("version"),
                Codec.decode(row.getBuffer("spec").getBytes(), HookSpec.class),
                new Access(
                        secrets == null
                                ? null
                                : new SealedSecrets(
                                        secrets.getString("key"),
                                        secrets.getString("sealed"),
                                        secrets.getInteger("count")),
                        new PathSecret(row.getString("path_hash"), null),
                        old == null ? null : new PathSecret(old, Pg.optionalTime(row, "old_until"))),
                TriggerState.of(row.getString("state")),
                new Hook.Times(Pg.time(row, "created_at"), Pg.time(row, "updated_at")));
    }
}
