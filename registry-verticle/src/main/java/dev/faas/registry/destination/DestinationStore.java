package dev.faas.registry.destination;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.destination.DestinationSecrets;
import dev.faas.destination.DestinationSpec;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.InOrder;
import dev.faas.lifecycle.OncePerId;
import dev.faas.pg.Pg;
import dev.faas.registry.destination.Destination.Health;
import dev.faas.registry.function.FunctionTarget;
import dev.faas.registry.function.FunctionTargetStore;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.seal.KeyEncryptionKeys;
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
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes the table {@code destination}, whose health is the dispatcher's. */
public final class DestinationStore {
    private static final Logger LOG = LoggerFactory.getLogger(DestinationStore.class);
    private static final OncePerId NOT_OPENED = new OncePerId();
    private static final int RESEALED = 100;
    private static final int REMOVED = 500;

    private final Pg pg;
    private final AuditStore audit;
    private final KeyEncryptionKeys keks;

    public DestinationStore(Pg pg, AuditStore audit, KeyEncryptionKeys keks) {
        this.pg = pg;
        this.audit = audit;
        this.keks = keks;
    }

    /** In one transaction that no other change of this owner's destinations overlaps. A failure rolls back. */
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

        /** With what this transaction has written. */
        Future<QuotaStore.Usage> usage() {
            return QuotaStore.usage(tx, owner);
        }

        Future<FunctionTarget> lockFunction(FunctionRef ref) {
            return FunctionTargetStore.lock(tx, owner, ref);
        }

        /** All that call a function that still exists. */
        Future<List<DestinationSpec>> findCalls() {
            return tx.preparedQuery("""
                            select d.spec from destination d join function f on f.owner = d.owner and f.deleted_at is null
                                and f.id = convert_from(d.spec, 'UTF8')::jsonb #>> '{function,id}'
                            where d.owner = $1""")
                    .execute(Tuple.of(owner))
                    .map(rows -> rows.stream().map(DestinationStore::spec).toList());
        }

        /** False when the owner has a destination of this name. */
        Future<Boolean> insert(Destination destination) {
            return tx.preparedQuery("""
                            insert into destination (id, version, spec, events, functions, tags, max_in_flight, secrets,
                                kek, disabled, failures, open_until, updated_at, owner, name, created_at)
                            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
                            on conflict (owner, name) do nothing""")
                    .execute(values(destination)
                            .addValue(owner)
                            .addValue(destination.spec().name())
                            .addValue(Pg.utc(destination.times().createdAt())))
                    .map(inserted -> inserted.rowCount() == 1);
        }

        /** Locks it, so that the dispatcher does not change it meanwhile. */
        Future<Optional<Destination>> lock(String ref) {
            return tx.preparedQuery("select * from destination where " + condition(ref) + " for update")
                    .execute(Tuple.of(owner, ref))
                    .map(DestinationStore.this::first);
        }

        /** One that is healthy again begins anew. */
        Future<Void> update(Destination destination) {
            return tx.preparedQuery("""
                            update destination set version = $2, spec = $3, events = $4, functions = $5, tags = $6,
                                max_in_flight = $7, secrets = $8, kek = $9, disabled = $10, failures = $11,
                                open_until = $12, updated_at = $13,
                                openings = case when $11 = 0 then 0 else openings end,
                                failing_since = case when $11 = 0 then null else failing_since end
                            where id = $1""").execute(values(destination)).mapEmpty();
        }

        /** Drops some of its deliveries; {@link DeliveryStore#maintain} the others, which may be many. */
        Future<Void> delete(Destination destination) {
            return tx.preparedQuery("delete from destination where id = $1")
                    .execute(Tuple.of(destination.id()))
                    .compose(deleted -> DeliveryStore.dropOf(tx, destination.id()))
                    .mapEmpty();
        }

        Future<Void> audit(AuditEntry entry) {
            return audit.write(tx, entry);
        }
    }

    Future<Optional<Destination>> find(String owner, String ref) {
        return pg.withPool(pool -> pool.preparedQuery("select * from destination where " + condition(ref))
                .execute(Tuple.of(owner, ref))
                .map(this::first));
    }

    /** By name. */
    Future<List<Destination>> list(String owner, String after, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select * from destination where owner = $1 and name > $2 and not implicit order by name limit $3")
                .execute(Tuple.of(owner, after, limit))
                .map(rows -> rows.stream().map(this::toDestination).toList()));
    }

    /** Of a deleted user. */
    public Future<Void> deleteAllOf(String owner) {
        return pg.updateInParts(REMOVED, """
                delete from destination where id in (
                    select id from destination where owner = $1 order by id limit $2 for update)""", Tuple.of(owner, REMOVED));
    }

    /** Removes those of callbacks without a delivery of the last week. Returns whether there may be more. Blocks. */
    public boolean removeUnused() throws Exception {
        return Blocking.await(pg.inTransaction(tx -> tx.preparedQuery("""
                                select id from destination d where implicit and created_at < now() - interval '8 days'
                                    and not exists (select from delivery v where v.destination_id = d.id)
                                order by id limit $1 for update skip locked""")
                .execute(Tuple.of(REMOVED))
                // Asked again: a delivery may have been made before the lock.
                .compose(rows -> tx.preparedQuery("""
                                        delete from destination d where id = any($1)
                                        and not exists (select from delivery v where v.destination_id = d.id)""")
                        .execute(Tuple.of(Pg.texts(rows.stream().toList(), row -> row.getString("id"))))
                        .map(rows.size() == REMOVED))));
    }

    /** Encrypts with the first key what another one encrypted, or none, so that the others can be removed from the file. */
    public Future<Void> reseal() {
        return keks.isEmpty()
                ? Future.succeededFuture()
                : resealAfter("destination", "id", "").compose(done -> resealAfter("callback_secret", "owner", ""));
    }

    /** @param key of the table, for which the secrets of a row are encrypted */
    private Future<Void> resealAfter(String table, String key, String last) {
        return pg.inTransaction(tx -> tx.preparedQuery(
                                "select " + key + " as key, kek, secrets from " + table + " where "
                                        + key + " > $1 and kek is distinct from $2 order by " + key
                                        + " limit $3 for update skip locked")
                        .execute(Tuple.of(last, keks.firstId().orElse(null), RESEALED))
                        .compose(rows -> InOrder.forEach(rows, row -> reseal(tx, table, key, row))
                                .map(done -> rows.stream().toList())))
                .compose(rows -> rows.size() < RESEALED
                        ? Future.succeededFuture()
                        : resealAfter(table, key, rows.getLast().getString("key")));
    }

    private Future<Void> reseal(SqlConnection tx, String table, String key, Row row) {
        var id = row.getString("key");
        DestinationSecrets secrets;
        try {
            secrets = DestinationSecrets.open(keks, id, sealed(row));
        } catch (IllegalStateException e) {
            if (NOT_OPENED.isFirst(id)) {
                LOG.error("secrets of a destination not readable: {}", e.getMessage());
            }
            return Future.succeededFuture();
        }
        var sealed = secrets.seal(keks, id);
        return tx.preparedQuery("update " + table + " set kek = $2, secrets = $3 where " + key + " = $1")
                .execute(Tuple.of(id, sealed.kek(), sealed.bytes()))
                .mapEmpty();
    }

    private Tuple values(Destination destination) {
        var spec = destination.spec();
        var selection = spec.selection();
        var sealed = destination.secrets().seal(keks, destination.id());
        return Tuple.tuple()
                .addValue(destination.id())
                .addValue(destination.version())
                .addValue(Buffer.buffer(Codec.encode(spec)))
                .addValue(selection.events().toArray(String[]::new))
                .addValue(selection.functions().toArray(String[]::new))
                .addValue(new JsonObject(Map.<String, Object>copyOf(selection.tags())))
                .addValue(spec.maxInFlight())
                .addValue(sealed.bytes())
                .addValue(sealed.kek())
                .addValue(destination.disabled())
                .addValue(destination.health().failures())
                .addValue(Pg.optionalUtc(destination.health().openUntil()))
                .addValue(Pg.utc(destination.times().updatedAt()));
    }

    private static DestinationSpec spec(Row row) {
        return Codec.decode(row.getBuffer("spec").getBytes(), DestinationSpec.class);
    }

    private static DestinationSecrets.Sealed sealed(Row row) {
        return new DestinationSecrets.Sealed(row.getString("kek"), row.getBuffer("secrets"));
    }

    private static String condition(String ref) {
        return "not implicit and owner = $1 and " + (Ids.isDestination(ref) ? "id" : "name") + " = $2";
    }

    private Optional<Destination> first(RowSet<Row> rows) {
        return rows.stream().map(this::toDestination).findFirst();
    }

    private Destination toDestination(Row row) {
        var id = row.getString("id");
        return new Destination(
                id,
                row.getString("owner"),
                row.getInteger("version"),
                spec(row),
                DestinationSecrets.open(keks, id, sealed(row)),
                row.getString("disabled"),
                new Health(row.getInteger("failures"), Pg.optionalTime(row, "open_until")),
                new Destination.Times(Pg.time(row, "created_at"), Pg.time(row, "updated_at")));
    }
}
