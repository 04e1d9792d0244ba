package dev.faas.registry.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and writes the table {@code quota}, and counts what owners have. */
public final class QuotaStore {
    /**
     * What an owner has, and may have.
     *
     * @param specBytes of the current revisions of all functions
     * @param storedBytes as measured last, of an owner with a limit of it
     * @param overrides of the default quota
     */
    public record Usage(
            String owner, long functions, long specBytes, long storedBytes, Waiting waiting, JsonNode overrides) {
        /** With another function, or with a larger one. */
        public Usage plus(long moreFunctions, long moreBytes) {
            return new Usage(owner, functions + moreFunctions, specBytes + moreBytes, storedBytes, waiting, overrides);
        }
    }

    /** What will submit, begin or be told later. */
    public record Waiting(
            long delayed,
            long schedules,
            long ticksPerHour,
            long hooks,
            long sources,
            long destinations,
            long openBatches,
            long openJobs) {}

    private static final String COUNTS = """
            (select count(*) from function f where f.owner = o.owner and f.deleted_at is null) as functions,
            (select coalesce(sum(octet_length(r.body)), 0)::bigint from function f join function_revision r
                on r.function_id = f.id and r.revision = f.revision
                where f.owner = o.owner and f.deleted_at is null) as bytes,
            (select count(*) from delayed d where d.owner = o.owner) as delayed,
            (select count(*) from schedule s where s.owner = o.owner) as schedules,
            (select coalesce(sum(s.ticks_per_hour), 0) from schedule s where s.owner = o.owner and s.state = 'active') as ticks,
            (select count(*) from hook h where h.owner = o.owner) as hooks,
            (select count(*) from source s where s.owner = o.owner) as sources,
            (select count(*) from destination d where d.owner = o.owner and not d.implicit) as destinations,
            (select count(*) from batch b where b.owner = o.owner and b.ended_at is null) as open_batches,
            (select count(*) from job j where j.owner = o.owner and j.ended_at is null) as open_jobs,
            (select coalesce(sum(stored_bytes), 0)::bigint from quota q where q.owner = o.owner) as stored,
            (select limits::text from quota q where q.owner = o.owner) as limits""";

    /** In bytes; null without a limit. */
    private static final String STORED_LIMIT = "((limits->>'storedMb')::bigint << 20)";

    private static final String OVER_STORED = "coalesce(stored_bytes > " + STORED_LIMIT + ", false)";

    /** @param overStored whether there is more than the limit of what is stored */
    record Published(JsonNode limits, boolean overStored) {}

    private final Pg pg;
    private final AuditStore audit;

    public QuotaStore(Pg pg, AuditStore audit) {
        this.pg = pg;
        this.audit = audit;
    }

    public Future<Usage> usage(String owner) {
        return pg.withPool(pool -> usage(pool, owner));
    }

    /** In a transaction: with what it has written. */
    public static Future<Usage> usage(SqlClient client, String owner) {
        return client.preparedQuery("select o.owner, " + COUNTS + " from (select $1::text as owner) o")
                .execute(Tuple.of(owner))
                .map(rows -> toUsage(rows.iterator().next()));
    }

    /**
     * Lets one transaction at a time change what this owner has, so that concurrent ones do not exceed a quota together. Returns
     * the time of Postgres at which it may.
     */
    public static Future<Instant> lock(SqlClient transaction, String owner) {
        return transaction
                .preparedQuery("select clock_timestamp() as now from"
                        + " (select pg_advisory_xact_lock(hashtextextended($1, 12)) offset 0) locked")
                .execute(Tuple.of(owner))
                .map(rows -> Pg.time(rows.iterator().next(), "now"));
    }

    /** That have functions. */
    public Future<Long> countOwners() {
        return pg.withPool(pool -> pool.query("select count(distinct owner) from function where deleted_at is null")
                .execute()
                .map(rows -> rows.iterator().next().getLong(0)));
    }

    /** Owners of functions, and those with a quota of their own, by id. */
    Future<List<Usage>> list(String after, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("select o.owner, " + COUNTS + """
                         from (select owner from function where deleted_at is null and owner > $1
                            union select owner from quota where owner > $1 order by owner limit $2) o
                        order by o.owner""")
                .execute(Tuple.of(after, limit))
                .map(rows -> rows.stream().map(QuotaStore::toUsage).toList()));
    }

    /** @param changes fields that replace those there are; null: all are removed */
    Future<Void> change(String owner, @Nullable ObjectNode changes, Origin origin) {
        var merged = changes == null ? "excluded.limits" : "quota.limits || excluded.limits";
        var text = changes == null ? "{}" : changes.toString();
        return pg.inTransaction(tx -> tx.preparedQuery("with before as (select limits from quota where owner = $1)"
                        + " insert into quota (owner, limits) values ($1, $2::text::jsonb)"
                        + " on conflict (owner) do update set limits = " + merged + ", pending = true"
                        + " returning limits, (select limits from before) as before")
                .execute(Tuple.of(owner, text))
                .compose(stored -> {
                    var row = stored.iterator().next();
                    var change = AuditEntry.change(row.getJsonObject("before"), row.getJsonObject("limits"));
                    return audit.write(
                            tx, AuditEntry.done(origin, "quota.update", owner, new JsonObject().put("limits", change)));
                }));
    }

    Future<Void> delete(String owner) {
        return pg.inTransaction(tx -> tx.preparedQuery("delete from quota where owner = $1")
                .execute(Tuple.of(owner))
                .compose(deleted -> deleted.rowCount() == 0
                        ? Future.succeededFuture()
                        : audit.write(tx, AuditEntry.done(Origin.platform(), "quota.delete", owner))));
    }

    Future<Optional<Published>> toPublish(String owner) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select limits::text as limits, " + OVER_STORED + " as over_stored from quota where owner = $1")
                .execute(Tuple.of(owner))
                .map(rows -> rows.stream()
                        .map(row -> new Published(toJson(row.getString("limits")), row.getBoolean("over_stored")))
                        .findFirst()));
    }

    /** By id. */
    Future<List<String>> findLimitedInStoredSpace(String after) {
        return pg.withPool(pool -> pool.preparedQuery("select owner from quota where owner > $1 and " + STORED_LIMIT
                        + " is not null order by owner limit 1000")
                .execute(Tuple.of(after))
                .map(rows -> rows.stream().map(row -> row.getString("owner")).toList()));
    }

    /** Published again when the limit is exceeded now, or no longer. */
    Future<Void> setStored(String owner, long bytes) {
        return pg.update(
                        "update quota set stored_bytes = $2, pending = pending or "
                                + OVER_STORED + " <> coalesce($2 > " + STORED_LIMIT + ", false)"
                                + " where owner = $1 and stored_bytes <> $2",
                        Tuple.of(owner, bytes))
                .mapEmpty();
    }

    Future<List<String>> pending(int limit) {
        return pg.withPool(pool -> pool.preparedQuery("select owner from quota where pending order by owner limit $1")
                .execute(Tuple.of(limit))
                .map(rows -> rows.stream().map(row -> row.getString("owner")).toList()));
    }

    /** Unless it has changed again since. */
    Future<Void> markPublished(String owner, Published published) {
        return pg.update(
                        "update quota set pending = false where owner = $1 and limits = $2::text::jsonb and "
                                + OVER_STORED + " = $3",
                        Tuple.of(owner, published.limits().toString(), published.overStored()))
                .mapEmpty();
    }

    /** The bucket is written again: NATS may have lost it. */
    public Future<Void> markAllPending() {
        return pg.withPool(
                pool -> pool.query("update quota set pending = true").execute().mapEmpty());
    }

    private static Usage toUsage(Row row) {
        return new Usage(
                row.getString("owner"),
                row.getLong("functions"),
                row.getLong("bytes"),
                row.getLong("stored"),
                new Waiting(
                        row.getLong("delayed"),
                        row.getLong("schedules"),
                        row.getLong("ticks"),
                        row.getLong("hooks"),
                        row.getLong("sources"),
                        row.getLong("destinations"),
                        row.getLong("open_batches"),
                        row.getLong("open_jobs")),
                overrides(row.getString("limits")));
    }

    /** @param limits as they are stored; null: there are none */
    public static JsonNode overrides(@Nullable String limits) {
        return limits == null ? JsonNodeFactory.instance.objectNode() : toJson(limits);
    }

    private static JsonNode toJson(String text) {
        return Codec.readTree(text.getBytes(StandardCharsets.UTF_8));
    }
}
