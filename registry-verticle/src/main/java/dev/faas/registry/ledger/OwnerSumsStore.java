package dev.faas.registry.ledger;

import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Estimates how much each owner has in shared stores, from the ledger. Each question reads many rows: those about all owners are
 * asked only while a store is nearly full.
 */
public final class OwnerSumsStore {
    /** An argument apart is larger than what a row holds, and at most an argument and a specification. */
    private static final String ARGUMENT_APART = "case when argument_apart then 131072 else 0 end";

    private static final String OUTPUT_APART = """
            case when result_apart then (convert_from(record, 'UTF8')::jsonb #>> '{report,resultBytes}')::bigint
                else 0 end
            + case when log_apart then (convert_from(record, 'UTF8')::jsonb #>> '{report,logBytes}')::bigint
                else 0 end""";

    /** Estimate of an activation's states in the event stream, without run specification and output. */
    private static final String STATES = "2048";

    /** @param lastId null after the last activation */
    public record Part(long bytes, @Nullable String lastId) {}

    private final Pg pg;

    public OwnerSumsStore(Pg pg) {
        this.pg = pg;
    }

    /** Bytes in the event stream, by owner. */
    public Future<Map<String, Long>> inEvents() {
        return sums("select owner, event_bytes + " + STATES + " as bytes from activation where finished_at is null"
                + " union all select owner, event_bytes + " + STATES + " as bytes from activation"
                + " where id in (select id from activation_unpruned)");
    }

    /** Bytes in the object store, by owner. */
    Future<Map<String, Long>> inObjectStore() {
        return sums("select owner, " + ARGUMENT_APART + " + " + OUTPUT_APART + " as bytes from activation"
                + " where result_apart or argument_apart or log_apart");
    }

    /** Bytes of records, arguments, results and logs of the next 1,000 activations of one owner. */
    public Future<Part> storedAfter(String owner, String id) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select coalesce(sum(bytes), 0)::bigint as bytes, max(id) as last_id from (select id,"
                                + " octet_length(record) + coalesce(octet_length(argument), 0)"
                                + " + coalesce(octet_length(result), 0) + coalesce(octet_length(log), 0) + "
                                + ARGUMENT_APART + " + " + OUTPUT_APART + " as bytes from activation"
                                + " where owner = $1 and id > $2 order by id limit 1000) part")
                .execute(Tuple.of(owner, id))
                .map(rows -> rows.iterator().next())
                .map(row -> new Part(row.getLong("bytes"), row.getString("last_id"))));
    }

    private Future<Map<String, Long>> sums(String rows) {
        return pg.withPool(pool -> pool.query(
                        "select owner, sum(bytes)::bigint as bytes from (" + rows + ") each group by owner")
                .execute()
                .map(found -> {
                    var sums = new HashMap<String, Long>();
                    found.forEach(row -> sums.put(row.getString("owner"), row.getLong("bytes")));
                    return sums;
                }));
    }
}
