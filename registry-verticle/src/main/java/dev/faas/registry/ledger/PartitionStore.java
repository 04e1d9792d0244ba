package dev.faas.registry.ledger;

import dev.faas.pg.Pg;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The partitions of the ledger: one a day (UTC), bounded by the ids that a day can make. */
public final class PartitionStore {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionStore.class);
    private static final DateTimeFormatter SUFFIX = DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT);
    private static final int DAYS_AHEAD = 7;
    /** DEFAULT holds lines of that day already, of clocks that were wrong. */
    private static final String ROWS_IN_THE_WAY = "23514";
    /** Replicas make partitions one after the other. */
    private static final long LOCK = 0x6661_6173_0001L;

    private final Pg pg;

    public PartitionStore(Pg pg) {
        this.pg = pg;
    }

    /** Makes those of yesterday to a week ahead that are missing. Safe to repeat, and from several replicas at once. */
    public Future<Void> ensure(Instant now) {
        var today = now.atZone(ZoneOffset.UTC).toLocalDate();
        Future<Void> done = Future.succeededFuture();
        for (int day = -1; day <= DAYS_AHEAD; day++) {
            var date = today.plusDays(day);
            done = done.compose(before -> ensure(date));
        }
        return done;
    }

    private Future<Void> ensure(LocalDate day) {
        var partition = "activation_" + SUFFIX.format(day);
        // Names and bounds are our own text: a partition's bounds cannot be parameters.
        var create = "create table %s partition of activation for values from ('%s') to ('%s')"
                .formatted(partition, lowest(day), lowest(day.plusDays(1)));
        // Or one owner who has nearly all of it would make the planner take him for the only one: V6 has more.
        var manyOwners = "alter table %s alter column owner set (n_distinct = 1000)".formatted(partition);
        return pg.inTransaction(tx -> tx.query("select pg_advisory_xact_lock(" + LOCK + ")")
                        .execute()
                        .compose(locked -> tx.preparedQuery("select to_regclass($1) is null as missing")
                                .execute(Tuple.of(partition)))
                        .compose(rows -> rows.iterator().next().getBoolean("missing")
                                ? tx.query(create)
                                        .execute()
                                        .compose(made -> tx.query(manyOwners).execute())
                                        .<Void>mapEmpty()
                                : Future.succeededFuture()))
                .recover(failure -> {
                    if (failure instanceof PgException refusal && ROWS_IN_THE_WAY.equals(refusal.getSqlState())) {
                        LOG.warn("the ledger has no partition for {}: lines of that day are in DEFAULT", day);
                        return Future.succeededFuture();
                    }
                    return Future.failedFuture(failure);
                });
    }

    /** Drops those of which everything ended before a time, has left the bus, and has nothing that lies apart. */
    public Future<Void> drop(Instant endedBefore) {
        var last = SUFFIX.format(endedBefore.atZone(ZoneOffset.UTC).toLocalDate());
        return pg.withPool(pool -> pool.preparedQuery("""
                        select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
                        where i.inhparent = 'activation'::regclass and c.relname ~ '^activation_[0-9]{8}$'
                        and c.relname < $1 order by c.relname""").execute(Tuple.of("activation_" + last)))
                .compose(rows -> {
                    Future<Void> done = Future.succeededFuture();
                    for (var row : rows) {
                        done = done.compose(before -> drop(row.getString("name"), endedBefore));
                    }
                    return done;
                });
    }

    private Future<Void> drop(String partition, Instant endedBefore) {
        // Looked at before it is locked: what is over does not come back.
        return pg.withPool(pool -> pool.preparedQuery("select not exists (select from " + partition
                                + " where finished_at is null or finished_at >= $1 or not pruned"
                                + " or result_apart or argument_apart or log_apart) as over")
                        .execute(Tuple.of(endedBefore.atOffset(ZoneOffset.UTC))))
                .compose(rows -> rows.iterator().next().getBoolean("over")
                        ? dropUnlessInUse(partition)
                        : Future.succeededFuture());
    }

    /** Nobody waits for long behind this: it gives up where others are at work, and is repeated. */
    private Future<Void> dropUnlessInUse(String partition) {
        return pg.inTransaction(tx -> tx.query("set local lock_timeout = '1s'")
                        .execute()
                        .compose(set ->
                                tx.query("drop table if exists " + partition).execute())
                        .<Void>mapEmpty())
                .onSuccess(gone -> LOG.info("the ledger's {} has had its time: dropped", partition));
    }

    private static String lowest(LocalDate day) {
        return Ids.lowestAt(day.atStartOfDay(ZoneOffset.UTC).toInstant());
    }
}
