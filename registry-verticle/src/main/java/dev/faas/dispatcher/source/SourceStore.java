package dev.faas.dispatcher.source;

import dev.faas.destination.DestinationSpec;
import dev.faas.dispatcher.event.EventStore;
import dev.faas.dispatcher.event.StoredEvent;
import dev.faas.pg.FunctionRevisionStore;
import dev.faas.pg.Pg;
import dev.faas.source.SourceSpec;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Leases sources, and notes what becomes of them, in the table {@code source}. */
final class SourceStore {
    static final String RUNNING = "running";
    static final String WAITING = "waiting";
    static final String FAILING = "failing";

    /** A time too far ahead dates from before the clock of Postgres was set back: the lease has ended. */
    private static final String LEASE = """
            update source set holder = $1, held_until = now() + interval '15 seconds'
            where id in (select id from source where state = 'active'
                and (held_until is null or held_until not between now() and now() + interval '15 seconds'
                    or holder = $1 and held_until < now() + interval '10 seconds')
                order by id for update skip locked)""";

    private final Pg pg;

    SourceStore(Pg pg) {
        this.pg = pg;
    }

    /** @param subject of its owner */
    record Key(String id, String owner, String subject, int maxInFlight) {}

    /** Renews the leases of this holder, takes those that have ended, and returns what it has. */
    Future<List<Key>> lease(String holder) {
        return pg.withPool(pool -> pool.preparedQuery(LEASE)
                .execute(Tuple.of(holder))
                .compose(leased -> pool.preparedQuery(
                                "select id, owner, spec from source where state = 'active' and holder = $1"
                                        + " and held_until > now()")
                        .execute(Tuple.of(holder))
                        .map(rows -> rows.stream().map(SourceStore::toKey).toList())));
    }

    /** Other dispatchers need not wait. */
    Future<Void> release(String holder) {
        return pg.update("update source set held_until = null where holder = $1", Tuple.of(holder))
                .mapEmpty();
    }

    /** All that have a consumer. */
    Future<List<Key>> listConsumed() {
        return pg.withPool(pool -> pool.query("select id, owner, spec from source where state <> 'function_deleted'")
                .execute()
                .map(rows -> rows.stream().map(SourceStore::toKey).toList()));
    }

    /** Empty when it is not active, or has another holder. */
    Future<Optional<LeasedSource>> load(String id, String holder) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select s.*, r.body, f.pauses from source s
                        left join function f on f.id = s.function_id and f.deleted_at is null
                        left join function_revision r on r.function_id = f.id
                            and r.revision = coalesce(s.pinned, f.revision)
                        where s.id = $1 and s.holder = $2 and s.state = 'active' and s.held_until > now()""")
                .execute(Tuple.of(id, holder))
                .map(rows -> rows.stream().map(SourceStore::toSource).findFirst()));
    }

    /** Destinations get the beginning of a failure. */
    Future<Void> note(String id, String holder, String progress, @Nullable String error) {
        return pg.inTransaction(tx -> tx.preparedQuery("""
                        with before as (select id, progress from source where id = $1 and holder = $2 for update)
                        update source s set progress = $3, last_error = coalesce($4, s.last_error) from before b
                        where s.id = b.id returning s.owner, s.name, s.function_id, b.progress as before""")
                .execute(Tuple.of(id, holder, progress, error))
                .compose(rows -> EventStore.add(
                        tx,
                        rows.stream()
                                .filter(row -> progress.equals(FAILING)
                                        && !row.getString("before").equals(FAILING))
                                .map(row -> failing(id, row, error))
                                .toList())));
    }

    private static StoredEvent failing(String id, Row row, @Nullable String error) {
        var function = row.getString("function_id");
        return new StoredEvent(
                row.getString("owner"),
                DestinationSpec.SOURCE_FAILING,
                new StoredEvent.About(function, Map.of()),
                null,
                new JsonObject()
                        .put("sourceId", id)
                        .put("name", row.getString("name"))
                        .put("functionId", function)
                        .put("error", error));
    }

    private static Key toKey(Row row) {
        var spec = spec(row);
        return new Key(row.getString("id"), row.getString("owner"), spec.subject(), spec.maxInFlight());
    }

    private static LeasedSource toSource(Row row) {
        return new LeasedSource(
                row.getString("id"),
                row.getString("owner"),
                row.getString("function_id"),
                spec(row),
                row.getBuffer("seed"),
                row.getBuffer("body") == null ? Optional.empty() : Optional.of(FunctionRevisionStore.of(row)));
    }

    private static SourceSpec spec(Row row) {
        return Codec.decode(row.getBuffer("spec").getBytes(), SourceSpec.class);
    }
}
