package dev.faas.registry.source;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.pg.Pg;
import dev.faas.registry.function.FunctionTarget;
import dev.faas.registry.function.FunctionTargetStore;
import dev.faas.registry.function.TriggerState;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.source.SourceSpec;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads and writes definitions in the table {@code source}. */
public final class SourceStore {
    /** A deleted function is purged some time later. */
    private static final String SELECT = """
            select s.*, coalesce(f.name, s.function_id) as function_name from source s
            left join function f on f.id = s.function_id where\s""";

    private final Pg pg;
    private final AuditStore audit;

    public SourceStore(Pg pg, AuditStore audit) {
        this.pg = pg;
        this.audit = audit;
    }

    /** In one transaction that no other change of this owner's sources overlaps. A failure rolls back. */
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

        /** False when the owner has a source of this name. */
        Future<Boolean> insert(Source source) {
            return tx.preparedQuery("""
                            insert into source (id, function_id, pinned, version, spec, state, updated_at, owner, name,
                                seed, created_at)
                            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (owner, name) do nothing""")
                    .execute(values(source)
                            .addValue(owner)
                            .addValue(source.spec().name())
                            .addValue(source.seed())
                            .addValue(Pg.utc(source.times().createdAt())))
                    .map(inserted -> inserted.rowCount() == 1);
        }

        Future<Optional<Source>> lock(String ref) {
            return tx.preparedQuery(SELECT + condition(ref) + " for update of s")
                    .execute(Tuple.of(owner, ref))
                    .map(SourceStore::first);
        }

        Future<Void> update(Source source) {
            return tx.preparedQuery("""
                            update source set function_id = $2, pinned = $3, version = $4, spec = $5, state = $6,
                                updated_at = $7 where id = $1""").execute(values(source)).mapEmpty();
        }

        Future<Void> delete(Source source) {
            return tx.preparedQuery("delete from source where id = $1")
                    .execute(Tuple.of(source.id()))
                    .mapEmpty();
        }

        Future<Void> audit(AuditEntry entry) {
            return audit.write(tx, entry);
        }
    }

    /** Of a deleted user. */
    public Future<Void> deleteAllOf(String owner) {
        return pg.update("delete from source where owner = $1", Tuple.of(owner)).mapEmpty();
    }

    Future<Optional<Source>> find(String owner, String ref) {
        return pg.withPool(pool -> pool.preparedQuery(SELECT + condition(ref))
                .execute(Tuple.of(owner, ref))
                .map(SourceStore::first));
    }

    /** By name. */
    Future<List<Source>> list(String owner, String after, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(SELECT + "s.owner = $1 and s.name > $2 order by s.name limit $3")
                .execute(Tuple.of(owner, after, limit))
                .map(rows -> rows.stream().map(SourceStore::toSource).toList()));
    }

    private static Tuple values(Source source) {
        return Tuple.tuple()
                .addValue(source.id())
                .addValue(source.function().id())
                .addValue(source.function().revision())
                .addValue(source.version())
                .addValue(Buffer.buffer(Codec.encode(source.spec())))
                .addValue(source.state().text())
                .addValue(Pg.utc(source.times().updatedAt()));
    }

    private static String condition(String ref) {
        return "s.owner = $1 and " + (Ids.isSource(ref) ? "s.id" : "s.name") + " = $2";
    }

    private static Optional<Source> first(RowSet<Row> rows) {
        return rows.stream().map(SourceStore::toSource).findFirst();
    }

    private static Source toSource(Row row) {
        return new Source(
                row.getString("id"),
                row.getString("owner"),
                FunctionTargetStore.read(row),
                row.getInteger("version"),
                Codec.decode(row.getBuffer("spec").getBytes(), SourceSpec.class),
                row.getBuffer("seed"),
                TriggerState.of(row.getString("state")),
                new Source.Progress(row.getString("progress"), row.getString("last_error")),
                new Source.Times(Pg.time(row, "created_at"), Pg.time(row, "updated_at")));
    }
}
