package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;
import dev.faas.pg.Pg;
import dev.faas.registry.stats.StatCounts;
import dev.faas.registry.stats.StatStore;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes the table {@code activation} for the projector and the pruner. */
public final class LedgerStore {
    /** An end counts as pruned in the column, for registries of the previous version, and is noted as not pruned beside it. */
    private static final String UPSERT = """
            with written as (
                insert into activation (id, owner, function_id, function_name, status, submitted_at, finished_at, tags,
                    sequence, record, argument, argument_apart, result, result_apart, result_text, log, log_apart,
                    expires_at, pruned, reason, event_bytes, trigger_id, batch_id, batch_content)
                select e.id, e.owner, e.function_id, e.function_name, e.status, e.submitted_at, e.finished_at,
                    e.tags::jsonb, e.sequence, e.record, e.argument, e.argument_apart, e.result, e.result_apart,
                    e.result_text, e.log, e.log_apart, e.expires_at, e.finished_at is not null,
                    e.reason, e.event_bytes, e.trigger_id, e.batch_id, e.batch_content
                from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
                    $7::timestamptz[], $8::text[], $9::bigint[], $10::bytea[], $11::bytea[], $12::bool[], $13::bytea[],
                    $14::bool[], $15::bool[], $16::bytea[], $17::bool[], $18::timestamptz[],
                    $19::text[], $20::bigint[], $21::text[], $22::text[], $23::text[])
                as e (id, owner, function_id, function_name, status, submitted_at, finished_at, tags, sequence, record,
                    argument, argument_apart, result, result_apart, result_text, log, log_apart, expires_at,
                    reason, event_bytes, trigger_id, batch_id, batch_content)
                on conflict (id) do update set
                    status = excluded.status, finished_at = excluded.finished_at, sequence = excluded.sequence,
                    record = excluded.record, argument = coalesce(activation.argument, excluded.argument),
                    argument_apart = activation.argument_apart or excluded.argument_apart,
                    result = excluded.result, result_apart = excluded.result_apart, result_text = excluded.result_text,
                    log = excluded.log, log_apart = excluded.log_apart, expires_at = excluded.expires_at,
                    changed_at = now(), enqueued = false, pruned = excluded.pruned, writes = activation.writes + 1,
                    reason = excluded.reason, event_bytes = activation.event_bytes + excluded.event_bytes,
                    trigger_id = coalesce(activation.trigger_id, excluded.trigger_id),
                    batch_id = coalesce(activation.batch_id, excluded.batch_id),
                    batch_content = coalesce(activation.batch_content, excluded.batch_content)
                where activation.sequence < excluded.sequence
                returning id, owner, function_id, function_name, status, finished_at, tags, sequence, trigger_id,
                    writes = 1 as inserted),
            unpruned as (
                insert into activation_unpruned select finished_at, id, sequence from written
                where finished_at is not null on conflict do nothing),
            noted as (
                insert into ended (activation_id, owner, function_id, function_name, status, tags, trigger_id, targets)
                select w.id, owner, function_id, function_name, status, tags, trigger_id, t.targets::jsonb
                from written w left join unnest($1::text[], $24::text[]) as t (id, targets) on t.id = w.id
                where finished_at is not null and (starts_with(trigger_id, 'sch_') or t.targets is not null
                    or exists (select from destination d where d.owner = w.owner and not d.implicit))
                on conflict do nothing returning activation_id)
            select w.id, w.inserted, n.activation_id is not null as noted from written w left join noted n on n.activation_id = w.id""";

    private final Pg pg;
    private final StatStore stats;
    private final Runnable onNoted;
    private final Consumer<Collection<ActivationRecord>> onWritten;

    public LedgerStore(Pg pg) {
        this(pg, () -> {}, written -> {});
    }

    /**
     * @param onNoted is told of ends for the dispatcher, which would find them a second later
     * @param onWritten gets the states that are newer than their rows, once they are stored
     */
    public LedgerStore(Pg pg, Runnable onNoted, Consumer<Collection<ActivationRecord>> onWritten) {
        this.pg = pg;
        this.stats = new StatStore(pg);
        this.onNoted = onNoted;
        this.onWritten = onWritten;
    }

    /**
     * Writes entries of different activations in one statement; a row of a later event stays. Every statement that writes
     * several rows does so in the order of their ids: otherwise two registries could wait for each other's rows.
     */
    public Future<Void> write(Collection<LedgerEntry> entries) {
        var batch = entries.stream()
                .sorted(Comparator.comparing(entry -> entry.record().id()))
                .toList();
        var noted = new AtomicBoolean();
        var written = new HashSet<String>();
        return pg.<Void>inTransaction(tx -> tx.preparedQuery(UPSERT)
                        .execute(values(batch))
                        .compose(rows -> {
                            var inserted = new HashSet<String>();
                            rows.forEach(row -> {
                                written.add(row.getString("id"));
                                if (row.getBoolean("inserted")) {
                                    inserted.add(row.getString("id"));
                                }
                                noted.compareAndSet(false, row.getBoolean("noted"));
                            });
                            return addLateArguments(tx, batch, written)
                                    .compose(added -> updateDelayed(
                                            tx,
                                            batch.stream()
                                                    .filter(entry -> entry.isDelayed()
                                                            && written.contains(entry.record()
                                                                    .id()))
                                                    .toList()))
                                    .compose(delayed -> stats.add(
                                            tx, StatCounts.of(records(batch, inserted), records(batch, written))));
                        }))
                .onSuccess(done -> {
                    onWritten.accept(records(batch, written));
                    if (noted.get()) {
                        onNoted.run();
                    }
                });
    }

    private static List<ActivationRecord> records(List<LedgerEntry> entries, Set<String> ids) {
        return entries.stream()
                .map(LedgerEntry::record)
                .filter(record -> ids.contains(record.id()))
                .toList();
    }

    /** What is not due yet has a row for the dispatcher. With a later state the row goes. */
    private static Future<Void> updateDelayed(SqlConnection tx, List<LedgerEntry> changed) {
        if (changed.isEmpty()) {
            return Future.succeededFuture();
        }
        var parts = changed.stream().collect(Collectors.partitioningBy(LedgerEntry::waitsForDue));
        var waiting = parts.get(true);
        var over = parts.get(false);
        return tx.preparedQuery("insert into delayed select * from unnest($1::text[], $2::text[], $3::text[],"
                        + " $4::timestamptz[]) on conflict do nothing")
                .execute(Tuple.of(
                        Pg.texts(waiting, entry -> entry.record().id()),
                        Pg.texts(waiting, entry -> entry.record().activation().owner()),
                        Pg.texts(
                                waiting,
                                entry -> entry.record().activation().function().id()),
                        Pg.times(waiting, entry -> entry.record().activation().notBefore())))
                .compose(added -> tx.preparedQuery(
                                "delete from delayed where id in (select id from delayed where id = any($1) order by id for update)")
                        .execute(Tuple.of(Pg.texts(over, entry -> entry.record().id()))))
                .mapEmpty();
    }

    /** An accepted event that arrives after a later one still adds its argument: no other event has it. */
    private static Future<Void> addLateArguments(SqlConnection tx, List<LedgerEntry> entries, Set<String> written) {
        var late = entries.stream()
                .filter(entry ->
                        !written.contains(entry.record().id()) && !(entry.argument() instanceof PayloadCopy.None))
                .toList();
        if (late.isEmpty()) {
            return Future.succeededFuture();
        }
        return tx.preparedQuery("""
                        update activation a set argument = e.argument, argument_apart = e.apart
                        from unnest($1::text[], $2::bytea[], $3::bool[]) as e (id, argument, apart)
                        where a.id = e.id and a.argument is null and not a.argument_apart""")
                .execute(Tuple.of(
                        Pg.texts(late, entry -> entry.record().id()),
                        bytes(late, LedgerEntry::argument),
                        inObjectStore(late, LedgerEntry::argument)))
                .mapEmpty();
    }

    /** Sequence by activation id; activations without a row are missing. */
    public Future<Map<String, Long>> findSequences(Collection<String> ids) {
        return pg.withPool(pool -> pool.preparedQuery("select id, sequence from activation where id = any($1)")
                .execute(Tuple.of(ids.toArray(String[]::new)))
                .map(rows -> {
                    var known = new HashMap<String, Long>();
                    rows.forEach(row -> known.put(row.getString("id"), row.getLong("sequence")));
                    return known;
                }));
    }

    /** Place of an ended activation in the order of ends. */
    record End(Instant at, String id) {
        static final End FIRST = new End(Instant.EPOCH, "");

        static End of(Row row) {
            return new End(row.getOffsetDateTime("finished_at").toInstant(), row.getString("id"));
        }

        /** Values of a query for what ended before a time and after this place. */
        Tuple toValues(Instant endedBefore, int limit) {
            return Tuple.of(endedBefore.atOffset(ZoneOffset.UTC), at.atOffset(ZoneOffset.UTC), id, limit);
        }
    }

    /**
     * @param sequence of the terminal event, the last one
     * @param inRow whether a registry of the previous version has written the end
     */
    record Unpruned(End end, long sequence, boolean inRow) {}

    /** Activations that may still have events in the stream, in the order of ends. */
    Future<List<Unpruned>> findUnpruned(End after, Instant endedBefore, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        (select finished_at, id, sequence, false as in_row from activation_unpruned
                        where finished_at < $1 and (finished_at, id) > ($2, $3) order by finished_at, id limit $4)
                        union all
                        (select finished_at, id, sequence, true as in_row from activation
                        where finished_at is not null and not pruned
                        and finished_at < $1 and (finished_at, id) > ($2, $3) order by finished_at, id limit $4)
                        order by finished_at, id limit $4""")
                .execute(after.toValues(endedBefore, limit))
                .map(rows -> rows.stream()
                        .map(row -> new Unpruned(End.of(row), row.getLong("sequence"), row.getBoolean("in_row")))
                        .toList()));
    }

    Future<Void> markPruned(List<Unpruned> pruned) {
        var inRow = pruned.stream()
                .filter(Unpruned::inRow)
                .map(each -> each.end().id())
                .toArray(String[]::new);
        return pg.withPool(pool -> pool.preparedQuery("""
                        delete from activation_unpruned where (finished_at, id) in (
                            select finished_at, id from activation_unpruned
                            where (finished_at, id) in (select * from unnest($1::timestamptz[], $2::text[]))
                            order by id for update)""")
                .execute(Tuple.tuple()
                        .addArrayOfOffsetDateTime(pruned.stream()
                                .map(each -> each.end().at().atOffset(ZoneOffset.UTC))
                                .toArray(OffsetDateTime[]::new))
                        .addArrayOfString(
                                pruned.stream().map(each -> each.end().id()).toArray(String[]::new)))
                .compose(gone -> inRow.length == 0
                        ? Future.succeededFuture()
                        : pool.preparedQuery("""
                                        with ordered as (select id from activation where id = any($1) order by id for update)
                                        update activation a set pruned = true from ordered where a.id = ordered.id""").execute(Tuple.of(inRow)).<Void>mapEmpty()));
    }

    private static Tuple values(List<LedgerEntry> entries) {
        return Tuple.tuple()
                .addArrayOfString(Pg.texts(entries, entry -> entry.record().id()))
                .addArrayOfString(
                        Pg.texts(entries, entry -> entry.record().activation().owner()))
                .addArrayOfString(Pg.texts(
                        entries, entry -> entry.record().activation().function().id()))
                .addArrayOfString(Pg.texts(
                        entries, entry -> entry.record().activation().function().name()))
                .addArrayOfString(Pg.texts(
                        entries, entry -> entry.record().currentStatus().text()))
                .addArrayOfOffsetDateTime(
                        Pg.times(entries, entry -> entry.record().activation().submittedAt()))
                .addArrayOfOffsetDateTime(Pg.times(entries, entry -> finishedAt(entry.record())))
                .addArrayOfString(Pg.texts(
                        entries,
                        entry -> new String(
                                Codec.write(entry.record().activation().tags()), StandardCharsets.UTF_8)))
                .addArrayOfLong(entries.stream().map(LedgerEntry::sequence).toArray(Long[]::new))
                .addArrayOfBuffer(entries.stream()
                        .map(entry -> Buffer.buffer(Codec.encode(entry.record())))
                        .toArray(Buffer[]::new))
                .addArrayOfBuffer(bytes(entries, LedgerEntry::argument))
                .addArrayOfBoolean(inObjectStore(entries, LedgerEntry::argument))
                .addArrayOfBuffer(bytes(entries, LedgerEntry::result))
                .addArrayOfBoolean(inObjectStore(entries, LedgerEntry::result))
                .addArrayOfBoolean(entries.stream().map(LedgerEntry::resultText).toArray(Boolean[]::new))
                .addArrayOfBuffer(bytes(entries, LedgerEntry::log))
                .addArrayOfBoolean(inObjectStore(entries, LedgerEntry::log))
                .addArrayOfOffsetDateTime(Pg.times(entries, entry -> expiresAt(entry.record())))
                .addArrayOfString(Pg.texts(entries, entry -> reason(entry.record())))
                .addArrayOfLong(entries.stream().map(LedgerEntry::eventBytes).toArray(Long[]::new))
                .addArrayOfString(Pg.texts(entries, LedgerEntry::triggerId))
                .addArrayOfString(Pg.texts(entries, LedgerEntry::batchId))
                .addArrayOfString(Pg.texts(entries, LedgerEntry::batchContent))
                .addArrayOfString(Pg.texts(entries, LedgerEntry::targets));
    }

    private static @Nullable Instant finishedAt(ActivationRecord record) {
        return record instanceof ActivationRecord.Ended ended ? ended.report().finishedAt() : null;
    }

    private static @Nullable Instant expiresAt(ActivationRecord record) {
        return record instanceof ActivationRecord.Queued queued ? queued.expiresAt() : null;
    }

    /** As the API shows it, since lists are filtered by it. */
    private static @Nullable String reason(ActivationRecord record) {
        var reason = record.currentReason();
        return reason == null ? null : reason.text();
    }

    private static Buffer[] bytes(List<LedgerEntry> entries, Function<LedgerEntry, PayloadCopy> copy) {
        return entries.stream()
                .map(entry -> copy.apply(entry) instanceof PayloadCopy.Inline(var bytes) ? bytes : null)
                .toArray(Buffer[]::new);
    }

    private static Boolean[] inObjectStore(List<LedgerEntry> entries, Function<LedgerEntry, PayloadCopy> copy) {
        return entries.stream()
                .map(entry -> copy.apply(entry) instanceof PayloadCopy.InObjectStore)
                .toArray(Boolean[]::new);
    }
}
