package dev.faas.registry.ledger;

import dev.faas.lifecycle.InOrder;
import dev.faas.pg.Pg;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Locale;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates and drops the partitions of the ledger: one a day (UTC), bounded by the lowest ids of two days. */
public final class PartitionStore {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionStore.class);
    private static final String PREFIX = "activation_";
    private static final DateTimeFormatter SUFFIX = DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT);
    private static final int DAYS_AHEAD = 7;
    /** SQLSTATE: the partition DEFAULT has rows of that day already, from clocks that were wrong. */
    private static final String ROWS_IN_THE_WAY = "23514";
    /** Replicas create partitions one after the other. */
    private static final long LOCK = 0x6661_6173_0001L;
    /** Each condition is one look into an index that has few rows or the answer at its end; V7__expired_partitions.sql. */
    private static final String IS_OVER = """
            select not exists (select from $partition where finished_at is null)
                and not exists (select from $partition where finished_at >= $1)
                and not exists (select from $partition where finished_at is not null and not pruned)
                and not exists (select from $partition where result_apart or argument_apart or log_apart)
                and not exists (select from activation_unpruned where finished_at < $1 and id >= $2 and id < $3) as over""";

    private final Pg pg;

    public PartitionStore(Pg pg) {
        this.pg = pg;
    }

    /** Creates missing partitions from yesterday to a week ahead. Safe to repeat, also by several replicas at once. */
    public Future<Void> ensure(Instant now) {
        var today = now.atZone(ZoneOffset.UTC).toLocalDate();
        var days =
                LongStream.rangeClosed(-1, DAYS_AHEAD).mapToObj(today::plusDays).toList();
        return InOrder.forEach(days, day -> ensure(day));
    }

    private Future<Void> ensure(LocalDate day) {
        var partition = PREFIX + SUFFIX.format(day);
        // Bounds of a partition cannot be parameters; name and bounds contain no input.
        var create = "create table %s partition of activation for values from ('%s') to ('%s')"
                .formatted(partition, lowestId(day), lowestId(day.plusDays(1)));
        // The planner must not assume that one owner has nearly all rows; V6__owners_are_many.sql says why.
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
                        LOG.warn("partition not created, rows of that day stay in DEFAULT day={}", day);
                        return Future.succeededFuture();
                    }
                    return Future.failedFuture(failure);
                });
    }

    /**
     * Drops partitions whose activations all ended before a time, are pruned, and have no object in the object store. One that
     * cannot be dropped does not stop the others; then it fails in the end.
     */
    public Future<Void> dropExpired(Instant endedBefore) {
        var last = SUFFIX.format(endedBefore.atZone(ZoneOffset.UTC).toLocalDate());
        return pg.withPool(pool -> pool.preparedQuery("""
                        select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
                        where i.inhparent = 'activation'::regclass and c.relname ~ '^activation_[0-9]{8}$'
                        and c.relname < $1 order by c.relname""").execute(Tuple.of(PREFIX + last)))
                .compose(rows -> {
                    var failures = new ArrayList<Throwable>();
                    Future<Void> done = Future.succeededFuture();
                    for (var row : rows) {
                        done = done.compose(before -> dropExpired(row.getString("name"), endedBefore))
                                .otherwise(failure -> {
                                    failures.add(failure);
                                    return null;
                                });
                    }
                    return done.compose(all ->
                            failures.isEmpty() ? Future.succeededFuture() : Future.failedFuture(failures.getFirst()));
                });
    }

    private Future<Void> dropExpired(String partition, Instant endedBefore) {
        var day = LocalDate.parse(partition.substring(PREFIX.length()), SUFFIX);
        // Checked before the lock is taken: an expired partition stays expired.
        return pg.inTransaction(tx -> tx.query("set local enable_seqscan = off")
                        .execute()
                        .compose(set -> tx.preparedQuery(IS_OVER.replace("$partition", partition))
                                .execute(Tuple.of(
                                        endedBefore.atOffset(ZoneOffset.UTC),
                                        lowestId(day),
                                        lowestId(day.plusDays(1))))))
                .compose(rows -> rows.iterator().next().getBoolean("over")
                        ? dropUnlessInUse(partition)
                        : Future.succeededFuture());
    }

    /** Gives up after one second if the table is in use, since others would wait behind its lock; a later round repeats it. */
    private Future<Void> dropUnlessInUse(String partition) {
        return pg.inTransaction(tx -> tx.query("set local lock_timeout = '1s'")
                        .execute()
                        .compose(set ->
                                tx.query("drop table if exists " + partition).execute())
                        .<Void>mapEmpty())
                .onSuccess(gone -> LOG.info("expired partition dropped partition={}", partition));
    }

    private static String lowestId(LocalDate day) {
        return Ids.lowestAt(day.atStartOfDay(ZoneOffset.UTC).toInstant());
    }
}
