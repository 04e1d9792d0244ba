package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Status;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the table {@code activation} for owners. Hides rows that ended before a cutoff, even while they still exist. */
public final class LedgerReadStore {
    /** By how much the clocks of the services may differ. */
    private static final Duration CLOCKS = Duration.ofDays(1);

    private final Pg pg;

    public LedgerReadStore(Pg pg) {
        this.pg = pg;
    }

    public Future<Optional<LedgerRow>> find(String owner, String id, Instant cutoff) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select record, sequence, result, result_apart, result_text, log, log_apart
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

    /** Newest first. */
    public Future<List<ActivationRecord>> list(
            String owner, LedgerFilter filter, Instant cutoff, @Nullable String before, int limit) {
        var where = new Where(owner, cutoff);
        if (before != null) {
            where.and("id <", before);
        }
        if (filter.function() != null) {
            where.and(
                    filter.function().isId() ? "function_id =" : "function_name =",
                    filter.function().target());
        }
        // The id contains the time of submission, and is the key of the partitions.
        if (filter.since() != null) {
            where.and("id >=", Ids.lowestAt(filter.since()));
        }
        if (filter.until() != null) {
            where.and("id <", Ids.lowestAt(filter.until()));
        }
        if (!filter.tags().isEmpty()) {
            where.and("tags <> '{}' and tags @>", new JsonObject(Map.<String, Object>copyOf(filter.tags())));
        }
        if (filter.trigger() != null) {
            where.and("trigger_id =", filter.trigger());
            // Partitions from before the schedule have none of its activations, and may have no index of triggers.
            where.and("id >=", Ids.lowestAt(Ids.timeOfTrigger(filter.trigger()).minus(CLOCKS)));
        }
        if (filter.batch() != null) {
            where.and("batch_id =", filter.batch());
            // All of its items have its time.
            var time = Ids.timeOfBatch(filter.batch());
            where.and("id >=", Ids.lowestAt(time));
            where.and("id <", Ids.lowestAt(time.plusMillis(1)));
        }
        var select = where.selectNewest(filter, limit);
        return pg.withPool(pool -> pool.preparedQuery(filter.isSelective() ? Pg.CUSTOM_PLAN + select : select)
                .execute(where.values())
                .map(rows -> rows.stream().map(LedgerReadStore::toRecord).toList()));
    }

    /** Builds conditions together with their values. */
    private static final class Where {
        private final StringBuilder conditions =
                new StringBuilder("owner = $1 and (finished_at is null or finished_at >= $2)");
        private final Tuple values;

        Where(String owner, Instant cutoff) {
            values = Tuple.of(owner, cutoff.atOffset(ZoneOffset.UTC));
        }

        void and(String comparison, Object value) {
            conditions.append(" and ").append(bind(comparison, value));
        }

        private String bind(String comparison, Object value) {
            values.addValue(value);
            return comparison + " $" + values.size();
        }

        /** An index has the rows of one status or one reason in the order of the list, so each is read by itself. */
        String selectNewest(LedgerFilter filter, int limit) {
            var newest = " order by id desc limit " + limit;
            if (!filter.reasons().isEmpty() && !filter.statuses().isEmpty()) {
                values.addArrayOfString(
                        filter.statuses().stream().map(Status::text).toArray(String[]::new));
                conditions.append(" and status = any($").append(values.size()).append(")");
            }
            var choices = filter.reasons().isEmpty()
                    ? filter.statuses().stream()
                            .map(status -> bind(" and status =", status.text()))
                            .toList()
                    : filter.reasons().stream()
                            .map(reason -> bind(" and reason =", reason.text()))
                            .toList();
            return choices.size() < 2
                    ? "select record from activation where " + conditions + String.join("", choices) + newest
                    : choices.stream()
                            .map(choice ->
                                    "(select id, record from activation where " + conditions + choice + newest + ")")
                            .collect(Collectors.joining(" union all ", "select record from (", ") as found" + newest));
        }

        Tuple values() {
            return values;
        }
    }

    private static LedgerRow toLedgerRow(Row row) {
        return new LedgerRow(
                toRecord(row),
                row.getLong("sequence"),
                toCopy(row, "result"),
                row.getBoolean("result_text"),
                toCopy(row, "log"));
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
