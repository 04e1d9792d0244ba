package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The table {@code activation}, as the projector and the pruner write it. */
public final class LedgerStore {
    private static final String UPSERT = """
            insert into activation (id, owner, function_id, function_name, status, submitted_at, finished_at, tags,
                sequence, record, argument, argument_apart, result, result_apart, result_text, log, log_apart, expires_at)
            select e.id, e.owner, e.function_id, e.function_name, e.status, e.submitted_at, e.finished_at, e.tags::jsonb,
                e.sequence, e.record, e.argument, e.argument_apart, e.result, e.result_apart, e.result_text, e.log,
                e.log_apart, e.expires_at
            from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
                $7::timestamptz[], $8::text[], $9::bigint[], $10::bytea[], $11::bytea[], $12::bool[], $13::bytea[],
                $14::bool[], $15::bool[], $16::bytea[], $17::bool[], $18::timestamptz[])
            as e (id, owner, function_id, function_name, status, submitted_at, finished_at, tags, sequence, record,
                argument, argument_apart, result, result_apart, result_text, log, log_apart, expires_at)
            on conflict (id) do update set
                status = excluded.status, finished_at = excluded.finished_at, sequence = excluded.sequence,
                record = excluded.record, argument = coalesce(activation.argument, excluded.argument),
                argument_apart = activation.argument_apart or excluded.argument_apart,
                result = excluded.result, result_apart = excluded.result_apart, result_text = excluded.result_text,
                log = excluded.log, log_apart = excluded.log_apart,
                expires_at = excluded.expires_at, changed_at = now(), enqueued = false
            where activation.sequence < excluded.sequence
            returning id""";

    private final Pg pg;

    public LedgerStore(Pg pg) {
        this.pg = pg;
    }

    /** Writes lines of different activations, each unless a later event has been there; in one statement. */
    public Future<Void> write(Collection<LedgerEntry> entries) {
        var lines = List.copyOf(entries);
        return pg.inTransaction(tx -> tx.preparedQuery(UPSERT)
                .execute(values(lines))
                .compose(rows -> {
                    var written = new HashSet<String>();
                    rows.forEach(row -> written.add(row.getString("id")));
                    return addLateOrders(tx, lines, written);
                }));
    }

    /** An accepted event that comes after a later one still brings what it alone has. */
    private static Future<Void> addLateOrders(SqlConnection tx, List<LedgerEntry> lines, Set<String> written) {
        var late = lines.stream()
                .filter(line -> !written.contains(line.record().id()) && !(line.argument() instanceof PayloadCopy.None))
                .toList();
        if (late.isEmpty()) {
            return Future.succeededFuture();
        }
        return tx.preparedQuery("""
                        update activation a set argument = e.argument, argument_apart = e.apart
                        from unnest($1::text[], $2::bytea[], $3::bool[]) as e (id, argument, apart)
                        where a.id = e.id and a.argument is null and not a.argument_apart""")
                .execute(Tuple.of(
                        texts(late, line -> line.record().id()),
                        bytes(late, LedgerEntry::argument),
                        apart(late, LedgerEntry::argument)))
                .mapEmpty();
    }

    /** The sequences that the ledger has of these activations. */
    public Future<Map<String, Long>> sequences(Collection<String> ids) {
        return pg.withPool(pool -> pool.preparedQuery("select id, sequence from activation where id = any($1)")
                .execute(Tuple.of(ids.toArray(String[]::new)))
                .map(rows -> {
                    var known = new HashMap<String, Long>();
                    rows.forEach(row -> known.put(row.getString("id"), row.getLong("sequence")));
                    return known;
                }));
    }

    /** @param end sequence of its terminal event, after which there is none */
    record Unpruned(String id, long end) {}

    /** Activations that ended before a time, of which something may still be on the bus. */
    Future<List<Unpruned>> unpruned(Instant endedBefore, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select id, sequence from activation where finished_at is not null and not pruned and finished_at < $1
                        order by finished_at limit $2""")
                .execute(Tuple.of(endedBefore.atOffset(ZoneOffset.UTC), limit))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> new Unpruned(row.getString("id"), row.getLong("sequence")))
                        .toList()));
    }

    public Future<Void> pruned(Collection<String> ids) {
        return pg.withPool(pool -> pool.preparedQuery("update activation set pruned = true where id = any($1)")
                .execute(Tuple.of(ids.toArray(String[]::new)))
                .mapEmpty());
    }

    private static Tuple values(List<LedgerEntry> lines) {
        return Tuple.tuple()
                .addArrayOfString(texts(lines, line -> line.record().id()))
                .addArrayOfString(
                        texts(lines, line -> line.record().activation().owner()))
                .addArrayOfString(texts(
                        lines, line -> line.record().activation().function().id()))
                .addArrayOfString(texts(
                        lines, line -> line.record().activation().function().name()))
                .addArrayOfString(
                        texts(lines, line -> line.record().currentStatus().text()))
                .addArrayOfOffsetDateTime(
                        times(lines, line -> line.record().activation().submittedAt()))
                .addArrayOfOffsetDateTime(times(lines, line -> finishedAt(line.record())))
                .addArrayOfString(texts(
                        lines,
                        line -> new String(
                                Codec.write(line.record().activation().tags()), StandardCharsets.UTF_8)))
                .addArrayOfLong(lines.stream().map(LedgerEntry::sequence).toArray(Long[]::new))
                .addArrayOfBuffer(lines.stream()
                        .map(line -> Buffer.buffer(Codec.encode(line.record())))
                        .toArray(Buffer[]::new))
                .addArrayOfBuffer(bytes(lines, LedgerEntry::argument))
                .addArrayOfBoolean(apart(lines, LedgerEntry::argument))
                .addArrayOfBuffer(bytes(lines, LedgerEntry::result))
                .addArrayOfBoolean(apart(lines, LedgerEntry::result))
                .addArrayOfBoolean(lines.stream().map(LedgerEntry::resultText).toArray(Boolean[]::new))
                .addArrayOfBuffer(bytes(lines, LedgerEntry::log))
                .addArrayOfBoolean(apart(lines, LedgerEntry::log))
                .addArrayOfOffsetDateTime(times(lines, line -> expiresAt(line.record())));
    }

    private static @Nullable Instant finishedAt(ActivationRecord record) {
        return record instanceof ActivationRecord.Ended ended ? ended.report().finishedAt() : null;
    }

    private static @Nullable Instant expiresAt(ActivationRecord record) {
        return record instanceof ActivationRecord.Queued queued ? queued.expiresAt() : null;
    }

    private static String[] texts(List<LedgerEntry> lines, Function<LedgerEntry, String> text) {
        return lines.stream().map(text).toArray(String[]::new);
    }

    private static OffsetDateTime[] times(List<LedgerEntry> lines, Function<LedgerEntry, @Nullable Instant> time) {
        return lines.stream()
                .map(line -> {
                    var instant = time.apply(line);
                    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
                })
                .toArray(OffsetDateTime[]::new);
    }

    private static Buffer[] bytes(List<LedgerEntry> lines, Function<LedgerEntry, PayloadCopy> copy) {
        return lines.stream()
                .map(line -> copy.apply(line) instanceof PayloadCopy.Inline(var bytes) ? bytes : null)
                .toArray(Buffer[]::new);
    }

    private static Boolean[] apart(List<LedgerEntry> lines, Function<LedgerEntry, PayloadCopy> copy) {
        return lines.stream()
                .map(line -> copy.apply(line) instanceof PayloadCopy.Apart)
                .toArray(Boolean[]::new);
    }
}
