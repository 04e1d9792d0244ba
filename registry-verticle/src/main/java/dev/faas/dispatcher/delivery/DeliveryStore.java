package dev.faas.dispatcher.delivery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.destination.DeliveryAttempt;
import dev.faas.destination.DestinationSecrets;
import dev.faas.destination.DestinationSpec;
import dev.faas.dispatcher.ended.Ended;
import dev.faas.dispatcher.ended.EndedStore;
import dev.faas.dispatcher.event.EventStore;
import dev.faas.dispatcher.event.StoredEvent;
import dev.faas.lifecycle.OncePerId;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes the table {@code delivery}, and the health of destinations. The clock of Postgres decides what is due. */
final class DeliveryStore implements EndedStore.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryStore.class);
    private static final OncePerId REPORTED = new OncePerId();
    private static final int KEPT_ATTEMPTS = 20;

    /** Destinations whose circuit is open and that may be tried, each by one dispatcher. */
    private static final String PROBES = """
            select id from destination d where d.open_until <= now() and d.disabled is null and exists (
                select from delivery v where v.destination_id = d.id and v.due_at <= now() and v.type <> 'webhook.test')
            order by id limit $1 for no key update skip locked""";

    /** Those of which one was claimed: others are tried again at once. */
    private static final String PROBED =
            "update destination set open_until = clock_timestamp() + interval '60 seconds' where id = any($1)";

    /**
     * A skip scan finds the destinations. Owners take turns, and so do the destinations of an owner. $1 and $2: destinations
     * and their room; $3 and $4: owners and theirs; $5: room of the others; $6: limit; $7: probes; $8: room of destinations
     * that are not named. A claim lasts 30 s beyond the time of a request; then another dispatcher takes the delivery up. A test waits for the room of its owner only.
     */
    private static final String CLAIM = """
            with recursive destinations as (
                (select destination_id as id from delivery where due_at is not null order by destination_id limit 1)
                union all
                select (select v.destination_id from delivery v where v.due_at is not null and v.destination_id > o.id
                    order by v.destination_id limit 1)
                from destinations o where o.id is not null),
            candidates as (
                select v.id, v.owner, v.due_at, row_number() over (partition by v.destination_id order by v.due_at) as turn
                from destinations o join destination d on d.id = o.id
                left join unnest($1::text[], $2::int[]) as r (id, room) on r.id = d.id
                cross join lateral (
                    select id, owner, destination_id, due_at from delivery
                    where destination_id = d.id and due_at <= now() and type <> 'webhook.test'
                    order by due_at
                    limit case when d.id = any($7) then 1 else coalesce(r.room, least($8, d.max_in_flight)) end) v
                where d.disabled is null and (d.open_until is null or d.id = any($7))
                union all
                (select id, owner, due_at, 1 from delivery where due_at <= now() and type = 'webhook.test'
                order by due_at limit $6)),
            turns as (
                select id, row_number() over (partition by owner order by turn, due_at) as turn, owner from candidates),
            chosen as (
                select t.id from turns t left join unnest($3::text[], $4::int[]) as r (owner, room) on r.owner = t.owner
                where t.turn <= coalesce(r.room, $5) order by t.turn, random() limit $6),
            locked as (
                select v.id from delivery v where v.id in (select id from chosen) and v.due_at <= now()
                order by v.id for update skip locked)
            update delivery v set due_at = d.until, leased_until = d.until
            from locked l, (select d.id, d.spec, d.implicit, coalesce(c.secrets, d.secrets) as secrets,
                case when d.implicit then c.kek else d.kek end as kek, statement_timestamp() + make_interval(
                secs => coalesce((convert_from(spec, 'UTF8')::jsonb ->> 'timeoutSeconds')::int, 30) + 30) as until
                from destination d left join callback_secret c on d.implicit and c.owner = d.owner) d
            where v.id = l.id and d.id = v.destination_id
            returning v.*, d.spec, d.secrets, d.kek, d.implicit""";

    private final Pg pg;
    private volatile Set<String> full = Set.of();

    DeliveryStore(Pg pg) {
        this.pg = pg;
    }

    /** These take no more for now. */
    void refuse(Set<String> destinations) {
        full = destinations;
    }

    /** One delivery for each destination that gets the event; none when there is one already. */
    @Override
    public Future<Void> handle(SqlConnection tx, List<Ended> ends) {
        return RecipientStore.find(tx, ends)
                .compose(found -> found.isEmpty() ? Future.succeededFuture() : insert(tx, found));
    }

    private Future<Void> insert(SqlConnection tx, List<Recipient> found) {
        var now = Instant.now();
        var refusing = full;
        return tx.preparedQuery("""
                        insert into delivery (id, event_id, destination_id, owner, activation_id, type, url, state, reason, due_at)
                        select u.id, u.event_id, u.destination_id, u.owner, u.activation_id, u.type, u.url,
                            case when u.refused then 'dropped' else 'pending' end,
                            case when u.refused then 'backlog_full' end, case when not u.refused then now() end
                        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[])
                            as u (id, event_id, destination_id, owner, activation_id, type, url, refused)
                        on conflict do nothing""")
                .execute(Tuple.tuple()
                        .addValue(Pg.texts(found, each -> Ids.delivery(now)))
                        .addValue(Pg.texts(found, each -> Ids.event(each.end().activationId())))
                        .addValue(Pg.texts(found, Recipient::destination))
                        .addValue(Pg.texts(found, each -> each.end().owner()))
                        .addValue(Pg.texts(found, each -> each.end().activationId()))
                        .addValue(Pg.texts(found, Recipient::eventType))
                        .addValue(Pg.texts(found, Recipient::url))
                        .addValue(found.stream()
                                .map(each -> refusing.contains(each.destination()))
                                .toArray(Boolean[]::new)))
                .mapEmpty();
    }

    /** Claims deliveries that are due and that no other dispatcher has claimed. */
    Future<List<Claimed>> claim(Room room) {
        return pg.inTransaction(tx -> tx.preparedQuery(PROBES)
                .execute(Tuple.of(room.total()))
                .compose(probes -> {
                    var probing =
                            probes.stream().map(row -> row.getString("id")).toList();
                    return tx.preparedQuery(Pg.CUSTOM_PLAN + CLAIM)
                            .execute(Tuple.tuple()
                                    .addValue(room.ofDestinations().keySet().toArray(String[]::new))
                                    .addValue(room.ofDestinations().values().toArray(Integer[]::new))
                                    .addValue(room.ofOwners().keySet().toArray(String[]::new))
                                    .addValue(room.ofOwners().values().toArray(Integer[]::new))
                                    .addValue(room.ofOtherOwners())
                                    .addValue(room.total())
                                    .addValue(probing.toArray(String[]::new))
                                    .addValue(room.ofOtherDestinations()))
                            .compose(rows -> markProbed(tx, probing, rows)
                                    .map(marked -> rows.stream()
                                            .flatMap(row ->
                                                    readable(row, probing.contains(row.getString("destination_id"))))
                                            .toList()));
                }));
    }

    private static Future<Void> markProbed(SqlConnection tx, List<String> probing, RowSet<Row> claimed) {
        var probed = claimed.stream()
                .filter(row -> !row.getString("type").equals(DestinationSpec.TEST))
                .map(row -> row.getString("destination_id"))
                .filter(probing::contains)
                .distinct()
                .toArray(String[]::new);
        return probed.length == 0
                ? Future.succeededFuture()
                : tx.preparedQuery(PROBED).execute(Tuple.of(probed)).mapEmpty();
    }

    /**
     * How many requests may begin.
     *
     * @param ofDestinations by id, those that are known
     * @param ofOwners by id, those that have some in flight
     */
    record Room(
            int total,
            Map<String, Integer> ofDestinations,
            int ofOtherDestinations,
            Map<String, Integer> ofOwners,
            int ofOtherOwners) {
        Room {
            ofDestinations = new LinkedHashMap<>(ofDestinations);
            ofOwners = new LinkedHashMap<>(ofOwners);
        }
    }

    /** Of ended activations, by id. */
    Future<Map<String, EndedRecord>> findRecords(List<String> activations) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select id, record, case when result_text and octet_length(result) <= $2 then result end as result
                        from activation where id = any($1) and finished_at is not null""")
                .execute(Tuple.of(activations.toArray(String[]::new), EndedRecord.MAX_RESULT))
                .map(rows -> {
                    var found = new HashMap<String, EndedRecord>();
                    rows.forEach(row -> found.put(
                            row.getString("id"), new EndedRecord(row.getBuffer("record"), row.getBuffer("result"))));
                    return found;
                }));
    }

    /** Notes what became of attempts. One that another dispatcher has taken up meanwhile stays, unless this one succeeded. */
    Future<Void> settle(List<Attempted> attempted) {
        var health = Health.of(
                attempted.stream().filter(each -> !each.delivery().isTest()).toList());
        return pg.inTransaction(tx -> lock(tx, health)
                .compose(changes -> settle(tx, attempted).compose(settled -> updateHealth(tx, changes))));
    }

    /**
     * In the order in which a delete locks: the destination, then its deliveries. Returns what was locked: destinations that stay well
     * are not.
     */
    private static Future<List<Health>> lock(SqlConnection tx, List<Health> changes) {
        return tx.preparedQuery("""
                        select d.id from destination d join unnest($1::text[], $2::bool[]) as u (id, ill) on u.id = d.id
                        where u.ill or d.failures > 0 order by d.id for no key update of d""")
                .execute(Tuple.tuple()
                        .addValue(Pg.texts(changes, Health::destination))
                        .addValue(changes.stream()
                                .map(each -> each.failures() > 0)
                                .toArray(Boolean[]::new)))
                .map(rows -> {
                    var locked = rows.stream().map(row -> row.getString("id")).collect(Collectors.toSet());
                    return changes.stream()
                            .filter(each -> locked.contains(each.destination()))
                            .toList();
                });
    }

    private static Future<Void> settle(SqlConnection tx, List<Attempted> attempted) {
        return tx.preparedQuery("""
                        with locked as (select id from delivery where id = any($1) order by id for update)
                        update delivery v set state = u.state, reason = u.reason, attempt = v.attempt + u.spent,
                            attempts = case when u.attempt is null then v.attempts
                                else (case when jsonb_array_length(v.attempts) >= $7 then v.attempts - 0 else v.attempts end)
                                    || u.attempt::jsonb end,
                            due_at = now() + u.delay * interval '1 millisecond', leased_until = null
                        from locked l join unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::bigint[], $8::int[])
                            as u (id, lease, state, reason, attempt, delay, spent) on u.id = l.id
                        where v.id = l.id and (v.due_at = u.lease or (u.state = 'succeeded' and v.state = 'pending'))""")
                .execute(Tuple.tuple()
                        .addValue(Pg.texts(attempted, each -> each.delivery().id()))
                        .addValue(Pg.times(attempted, each -> each.delivery().lease()))
                        .addValue(Pg.texts(attempted, each -> each.state().text()))
                        .addValue(Pg.texts(attempted, Attempted::reason))
                        .addValue(Pg.texts(attempted, each -> json(each.attempt())))
                        .addValue(attempted.stream()
                                .map(each ->
                                        each.delay().map(Duration::toMillis).orElse(null))
                                .toArray(Long[]::new))
                        .addValue(KEPT_ATTEMPTS)
                        .addValue(attempted.stream()
                                .map(each -> each.isSpent() ? 1 : 0)
                                .toArray(Integer[]::new)))
                .mapEmpty();
    }

    /** Of locked destinations. */
    private static Future<Void> updateHealth(SqlConnection tx, List<Health> changes) {
        var well = changes.stream()
                .filter(Health::succeeded)
                .map(Health::destination)
                .toArray(String[]::new);
        var ill = changes.stream().filter(each -> each.failures() > 0).toList();
        var reset = well.length == 0
                ? Future.<Void>succeededFuture()
                : tx.preparedQuery("""
                                update destination set failures = 0, failing_since = null, open_until = null, openings = 0
                                where id = any($1) and failures > 0""").execute(Tuple.of((Object) well)).<Void>mapEmpty();
        return ill.isEmpty()
                ? reset
                : reset.compose(done -> tx.preparedQuery("""
                                update destination d set failures = d.failures + u.failures,
                                    failing_since = coalesce(d.failing_since, now()),
                                    open_until = case when u.pause is not null
                                            then greatest(now() + u.pause * interval '1 millisecond', d.open_until)
                                        when opens then now() + interval '1 second' * least(600, 30 * 2 ^ least(d.openings, 5))
                                        else d.open_until end,
                                    openings = d.openings + case when u.pause is null and opens then 1 else 0 end,
                                    disabled = coalesce(d.disabled, case when d.implicit then null when u.gone then 'gone'
                                        when d.failing_since < now() - interval '5 days' then 'failing' end)
                                from (select s.*, d.disabled is null as was_enabled, d.failures + s.failures >= 5 and (d.open_until is null or s.probe) as opens
                                    from unnest($1::text[], $2::int[], $3::bigint[], $4::bool[], $5::bool[])
                                        as s (id, failures, pause, gone, probe)
                                    join destination d on d.id = s.id) u
                                where d.id = u.id
                                returning d.id, d.owner, d.name, d.disabled, d.failures, u.was_enabled""")
                        .execute(Tuple.tuple()
                                .addValue(Pg.texts(ill, Health::destination))
                                .addValue(ill.stream().map(Health::failures).toArray(Integer[]::new))
                                .addValue(ill.stream()
                                        .map(each -> each.pause() == null
                                                ? null
                                                : each.pause().toMillis())
                                        .toArray(Long[]::new))
                                .addValue(ill.stream().map(Health::gone).toArray(Boolean[]::new))
                                .addValue(ill.stream().map(Health::probe).toArray(Boolean[]::new)))
                        .compose(rows -> EventStore.add(
                                tx,
                                rows.stream()
                                        .filter(row ->
                                                row.getBoolean("was_enabled") && row.getString("disabled") != null)
                                        .map(DeliveryStore::disabled)
                                        .toList())));
    }

    private static StoredEvent disabled(Row row) {
        return new StoredEvent(
                row.getString("owner"),
                DestinationSpec.DESTINATION_DISABLED,
                null,
                row.getString("id"),
                new JsonObject()
                        .put("destinationId", row.getString("id"))
                        .put("name", row.getString("name"))
                        .put("reason", row.getString("disabled"))
                        .put("failures", row.getInteger("failures")));
    }

    /** @param full destinations with too many */
    record Counts(long pending, long oldestSeconds, long open, Set<String> full) {}

    Future<Counts> count(long most) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select (select count(*) from delivery where due_at is not null) as pending,
                            (select coalesce(extract(epoch from now() - min(created_at)), 0)::bigint from delivery
                                where due_at is not null) as oldest,
                            (select count(*) from destination where open_until is not null) as open,
                            array(select destination_id from delivery where due_at is not null
                                group by destination_id having count(*) >= $1) as full""")
                .execute(Tuple.of(most))
                .map(rows -> {
                    var row = rows.iterator().next();
                    return new Counts(
                            row.getLong("pending"),
                            row.getLong("oldest"),
                            row.getLong("open"),
                            Set.of(row.getArrayOfStrings("full")));
                }));
    }

    /** None for one that this version cannot read: its lease ends later, and others go on. */
    private static Stream<Claimed> readable(Row row, boolean probe) {
        try {
            return Stream.of(toClaimed(row, probe));
        } catch (RuntimeException e) {
            if (REPORTED.isFirst(row.getString("destination_id"))) {
                LOG.error(
                        "destination not readable, so nothing is sent destination={}",
                        row.getString("destination_id"),
                        e);
            }
            return Stream.empty();
        }
    }

    private static Claimed toClaimed(Row row, boolean probe) {
        return new Claimed(
                row.getString("id"),
                new Claimed.Event(
                        row.getString("event_id"),
                        row.getString("type"),
                        row.getString("activation_id"),
                        Pg.time(row, "created_at"),
                        data(row)),
                new Claimed.Destination(
                        row.getString("destination_id"),
                        row.getString("owner"),
                        spec(row),
                        row.getBoolean("implicit"),
                        new DestinationSecrets.Sealed(row.getString("kek"), row.getBuffer("secrets"))),
                row.getInteger("attempt") + 1,
                Pg.time(row, "due_at"),
                probe && !row.getString("type").equals(DestinationSpec.TEST));
    }

    private static DestinationSpec spec(Row row) {
        var spec = Codec.decode(row.getBuffer("spec").getBytes(), DestinationSpec.class);
        var url = row.getString("url");
        return url == null ? spec : spec.withUrl(url);
    }

    private static @Nullable ObjectNode data(Row row) {
        var data = row.getJsonObject("data");
        return data == null ? null : (ObjectNode) Codec.readTree(data.encode().getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String json(@Nullable DeliveryAttempt attempt) {
        return attempt == null ? null : new String(Codec.write(attempt), StandardCharsets.UTF_8);
    }
}
