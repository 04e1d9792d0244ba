package dev.faas.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.faas.config.Env;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.InOrder;
import dev.faas.pg.Pg;
import dev.faas.wire.ApiTime;
import io.vertx.core.Future;
import io.vertx.core.json.jackson.DatabindCodec;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes and reads the table {@code audit} of a service. A row is written in the transaction of the change that it describes. */
public final class AuditStore {
    private static final Logger LOG = LoggerFactory.getLogger(AuditStore.class);
    /** Its level is always INFO (logback.xml). */
    private static final Logger ROWS = LoggerFactory.getLogger("audit");

    private static final ObjectMapper JSON = DatabindCodec.mapper();
    /** Each condition holds when its parameter is null. */
    private static final String SELECT = """
            select seq, at, actor, via, action, target, project, outcome, address, request_id, changes from audit
            where ($1::text is null or actor = $1) and ($2::text is null or action = $2)
            and ($3::text is null or target = $3) and ($4::text is null or project = $4)
            and ($5::text is null or outcome = $5)
            and ($6::timestamptz is null or at >= $6) and ($7::timestamptz is null or at < $7)
            """;

    private static final String HAS_KEEPER =
            "exists (select from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
                    + " where n.nspname = 'keeper' and p.proname = $1) as keeper";

    private static final Set<String> NONE = Set.of("", "0");

    private final Pg pg;
    private final String service;
    private final boolean logged;

    /**
     * @param service {@code auth} or {@code registry}, as its schema
     * @param logged whether each row is logged, too, once it is stored
     */
    public AuditStore(Pg pg, String service, boolean logged) {
        this.pg = pg;
        this.service = service;
        this.logged = logged;
    }

    /** The setting. */
    public static boolean isLogged(Env env) {
        return env.flag("FAAS_AUDIT_LOG", false, "writes each row of the audit log to the service's log, too, as JSON");
    }

    String service() {
        return service;
    }

    /**
     * Gives the table to a role that nobody can log in with: from then on the service can add rows, without a number and a time of
     * its choice, and read them only. The owner of a table, and of its schema, could take back any right; so this needs functions
     * that the database's superuser has created. Without them the service only takes the rights from itself, and logs a warning.
     */
    public Future<Void> protect() {
        var take = "take_" + service + "_audit";
        return pg.withPool(pool -> pool.preparedQuery("select pg_has_role(c.relowner, 'member') as owned, " + HAS_KEEPER
                        + " from pg_class c where c.oid = 'audit'::regclass")
                .execute(Tuple.of(take))
                .compose(rows -> {
                    var row = rows.iterator().next();
                    if (!row.getBoolean("owned")) {
                        return Future.succeededFuture();
                    }
                    if (row.getBoolean("keeper")) {
                        return pool.query("select keeper." + take + "()")
                                .execute()
                                .<Void>mapEmpty();
                    }
                    LOG.warn("audit log can be changed by this service's role: run 'docker compose exec postgres bash"
                            + " /docker-entrypoint-initdb.d/roles.sh', then restart auth-service and registry-service");
                    return pool.query("revoke update, delete, truncate on audit from current_user")
                            .execute()
                            .<Void>mapEmpty();
                }));
    }

    /**
     * Removes what is old, after a time that the database's superuser has set: not this service; only a protected table has a role
     * that may. Blocks.
     */
    public void prune() throws Exception {
        boolean more = true;
        while (more) {
            more = Blocking.await(pruneSome());
        }
    }

    /** True when more may be old. */
    private Future<Boolean> pruneSome() {
        var prune = "prune_" + service + "_audit";
        return pg.withPool(pool -> pool.preparedQuery("select " + HAS_KEEPER)
                .execute(Tuple.of(prune))
                .compose(rows -> rows.iterator().next().getBoolean("keeper")
                        ? pool.query("select keeper." + prune + "()::text as removed")
                                .execute()
                                // The function of an earlier version removes all and returns nothing.
                                .map(pruned ->
                                        !NONE.contains(pruned.iterator().next().getString("removed")))
                        : Future.succeededFuture(false)));
    }

    public Future<Void> write(SqlConnection tx, AuditEntry entry) {
        return tx.preparedQuery("""
                        insert into audit (actor, via, action, target, project, outcome, address, request_id, changes)
                        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                        returning seq, at, actor, via, action, target, project, outcome, address, request_id, changes""")
                .execute(Tuple.from(new @Nullable Object[] {
                    entry.origin().actor(),
                    entry.origin().via(),
                    entry.action(),
                    entry.target(),
                    entry.project(),
                    entry.outcome(),
                    entry.origin().addressText(),
                    entry.origin().requestId(),
                    entry.changes()
                }))
                .onSuccess(rows -> {
                    if (logged) {
                        logOnceStored(tx, toAuditRow(rows.iterator().next()));
                    }
                })
                .mapEmpty();
    }

    /** A transaction that fails leaves no row. */
    private static void logOnceStored(SqlConnection tx, AuditRow row) {
        tx.transaction().completion().onSuccess(stored -> ROWS.info("{}", JSON.<JsonNode>valueToTree(row)));
    }

    /** For counted attempts, which change nothing. All or none is written. */
    Future<Void> writeAll(List<AuditEntry> entries) {
        return pg.inTransaction(tx -> InOrder.forEach(entries, entry -> write(tx, entry)));
    }

    /** Newest first. */
    public Future<List<AuditRow>> findBefore(AuditFilter filter, long seq, int limit) {
        return find(filter, "and seq < $8 order by seq desc limit $9", seq, limit);
    }

    /** Oldest first. */
    public Future<List<AuditRow>> findAfter(AuditFilter filter, long seq, int limit) {
        return find(filter, "and seq > $8 order by seq limit $9", seq, limit);
    }

    private Future<List<AuditRow>> find(AuditFilter filter, String rest, long seq, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(Pg.CUSTOM_PLAN + SELECT + rest)
                .execute(Tuple.from(new @Nullable Object[] {
                    filter.actor(),
                    filter.action(),
                    filter.target(),
                    filter.project(),
                    filter.outcome(),
                    Pg.optionalUtc(filter.since()),
                    Pg.optionalUtc(filter.until()),
                    seq,
                    limit
                }))
                .map(rows -> rows.stream().map(AuditStore::toAuditRow).toList()));
    }

    private static AuditRow toAuditRow(Row row) {
        return new AuditRow(
                row.getLong("seq"),
                ApiTime.format(row.getOffsetDateTime("at").toInstant()),
                row.getString("actor"),
                row.getString("via"),
                row.getString("action"),
                row.getString("target"),
                row.getString("project"),
                row.getString("outcome"),
                row.getString("address"),
                row.getString("request_id"),
                JSON.valueToTree(row.getJsonObject("changes").getMap()));
    }
}
