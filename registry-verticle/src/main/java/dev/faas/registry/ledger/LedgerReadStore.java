package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;
import dev.faas.ledger.LedgerFilter;
import dev.faas.pg.LedgerSelect;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the table {@code activation} for owners. Hides rows that ended before a cutoff, even while they still exist. */
public final class LedgerReadStore {
    private final Pg pg;

    public LedgerReadStore(Pg pg) {
        this.pg = pg;
    }

    public Future<Optional<LedgerRow>> find(String owner, String id, Instant cutoff) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select record, sequence, result, result_apart, result_text, log, log_apart, redriven_as
                        from activation where id = $1 and owner = $2 and (finished_at is null or finished_at >= $3)""")
                .execute(Tuple.of(id, owner, cutoff.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.stream().findFirst().map(LedgerReadStore::toLedgerRow)));
    }

    record AcceptedRow(ActivationRecord record, PayloadCopy runSpec) {}

    Future<Optional<AcceptedRow>> findRunSpec(String owner, String id, Instant cutoff) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select record, argument, argument_apart
                        from activation where id = $1 and owner = $2 and (finished_at is null or finished_at >= $3)""")
                .execute(Tuple.of(id, owner, cutoff.atOffset(ZoneOffset.UTC)))
                .map(rows ->
                        rows.stream().findFirst().map(row -> new AcceptedRow(toRecord(row), toCopy(row, "argument")))));
    }

    /** @param redrivenAs as in {@link LedgerRow} */
    public record Listed(ActivationRecord record, @Nullable String redrivenAs) {}

    /** Newest first. */
    public Future<List<Listed>> list(
            String owner, LedgerFilter filter, Instant cutoff, @Nullable String before, int limit) {
        var select = new LedgerSelect(owner, filter).notEndedBefore(cutoff);
        if (before != null) {
            select.and("id <", before);
        }
        var newest = select.newest("id, record, redriven_as", limit);
        return pg.withPool(pool -> pool.preparedQuery(filter.isSelective() ? Pg.CUSTOM_PLAN + newest : newest)
                .execute(select.values())
                .map(rows -> rows.stream()
                        .map(row -> new Listed(toRecord(row), row.getString("redriven_as")))
                        .toList()));
    }

    private static LedgerRow toLedgerRow(Row row) {
        return new LedgerRow(
                toRecord(row),
                row.getLong("sequence"),
                toCopy(row, "result"),
                row.getBoolean("result_text"),
                toCopy(row, "log"),
                row.getString("redriven_as"));
    }

    private static PayloadCopy toCopy(Row row, String column) {
        var bytes = row.getBuffer(column);
        if (bytes != null) {
            return new PayloadCopy.Inline(bytes);
        }
        return row.getBoolean(column + "_apart") ? PayloadCopy.IN_OBJECT_STORE : PayloadCopy.NONE;
    }

    private static ActivationRecord toRecord(Row row) {
        return Codec.decode(row.getBuffer("record").getBytes(), ActivationRecord.class);
    }
}
