package dev.faas.dispatcher.delivery;

import dev.faas.activation.Status;
import dev.faas.destination.DestinationSecrets;
import dev.faas.destination.DestinationSpec;
import dev.faas.destination.EndTarget;
import dev.faas.dispatcher.ended.Ended;
import dev.faas.outgoing.OutgoingUrl;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the destinations that get ends, in the transaction that makes their deliveries. */
final class RecipientStore {
    private static final Logger LOG = LoggerFactory.getLogger(RecipientStore.class);
    /** Of an owner: each costs every look for what is due, and they stay for a week. */
    private static final int MOST_ORIGINS = 1_000;

    private RecipientStore() {}

    /** A destination may be there several times for an end. */
    static Future<List<Recipient>> find(SqlConnection tx, List<Ended> ends) {
        var targets = ends.stream()
                .flatMap(end -> end.targets().stream()
                        .filter(target -> target.wants(Status.of(end.status()).orElseThrow()))
                        .map(target -> new Target(end, target)))
                .toList();
        return findSelecting(tx, ends)
                .compose(selecting -> findNamed(tx, targets)
                        .compose(named -> findImplicit(tx, targets).map(implicit -> {
                            var all = new ArrayList<>(selecting);
                            all.addAll(named);
                            all.addAll(implicit);
                            return all;
                        })));
    }

    private record Target(Ended end, EndTarget target) {}

    /** Those of the owner whose definition selects the event. */
    private static Future<List<Recipient>> findSelecting(SqlConnection tx, List<Ended> ends) {
        var byId = ends.stream().collect(Collectors.toMap(Ended::activationId, Function.identity()));
        return tx.preparedQuery("""
                        select e.id as activation_id, d.id as destination_id
                        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
                            as e (id, owner, type, function_id, function_name, tags)
                        join destination d on d.owner = e.owner and e.type = any(d.events)
                            and (d.functions = '{}' or e.function_id = any(d.functions)
                                or e.function_name = any(d.functions))
                            and (d.tags = '{}' or e.tags::jsonb @> d.tags)""")
                .execute(Tuple.tuple()
                        .addValue(Pg.texts(ends, Ended::activationId))
                        .addValue(Pg.texts(ends, Ended::owner))
                        .addValue(Pg.texts(ends, end -> DestinationSpec.eventType(end.status())))
                        .addValue(Pg.texts(ends, end -> end.function().id()))
                        .addValue(Pg.texts(ends, end -> end.function().name()))
                        .addValue(Pg.texts(ends, end -> end.tags().encode())))
                .map(rows -> rows.stream()
                        .map(row -> new Recipient(
                                Objects.requireNonNull(byId.get(row.getString("activation_id"))),
                                row.getString("destination_id"),
                                null))
                        .toList());
    }

    /** By name or id; one that is deleted gets nothing. */
    private static Future<List<Recipient>> findNamed(SqlConnection tx, List<Target> targets) {
        var named = targets.stream()
                .filter(each -> each.target.destination() != null)
                .toList();
        if (named.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return tx.preparedQuery("""
                        select t.number, d.id from unnest($1::text[], $2::text[]) with ordinality as t (owner, ref, number)
                        join destination d on d.owner = t.owner and (d.id = t.ref or d.name = t.ref) and not d.implicit""")
                .execute(Tuple.tuple()
                        .addValue(Pg.texts(named, each -> each.end.owner()))
                        .addValue(Pg.texts(named, each -> each.target.destination())))
                .map(rows -> rows.stream()
                        .map(row ->
                                new Recipient(named.get(row.getInteger("number") - 1).end, row.getString("id"), null))
                        .toList());
    }

    private record Origin(String owner, String name) {
        static Origin of(Target target) {
            var url = OutgoingUrl.parse(Objects.requireNonNull(target.target.url()));
            return new Origin(target.end.owner(), url.origin());
        }
    }

    /** Those of callbacks with a URL. They are made when they are needed first. */
    private static Future<List<Recipient>> findImplicit(SqlConnection tx, List<Target> targets) {
        var byOrigin =
                targets.stream().filter(each -> each.target.url() != null).collect(Collectors.groupingBy(Origin::of));
        if (byOrigin.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        // In one order, since another dispatcher may make the same ones.
        var origins = byOrigin.keySet().stream()
                .sorted(Comparator.comparing(Origin::owner).thenComparing(Origin::name))
                .toList();
        return findFull(tx, origins)
                .compose(full -> insert(tx, without(full, origins))
                        .compose(inserted -> lock(tx, origins))
                        .map(ids -> byOrigin.entrySet().stream()
                                .filter(each -> ids.containsKey(each.getKey()) || !drops(full, each.getKey()))
                                .flatMap(each -> each.getValue().stream()
                                        .map(target ->
                                                new Recipient(target.end, id(ids, each.getKey()), target.target.url())))
                                .toList()));
    }

    /** Owners that have as many as they may. */
    private static Future<Set<String>> findFull(SqlConnection tx, List<Origin> origins) {
        return tx.preparedQuery("select owner from destination where owner = any($1) and implicit"
                        + " group by owner having count(*) >= $2")
                .execute(Tuple.of(Pg.texts(origins, Origin::owner), MOST_ORIGINS))
                .map(rows -> rows.stream().map(row -> row.getString("owner")).collect(Collectors.toSet()));
    }

    private static List<Origin> without(Set<String> full, List<Origin> origins) {
        return origins.stream().filter(origin -> !full.contains(origin.owner())).toList();
    }

    private static boolean drops(Set<String> full, Origin origin) {
        boolean drops = full.contains(origin.owner());
        if (drops) {
            LOG.info("callback dropped owner={} reason=too_many_origins", origin.owner());
        }
        return drops;
    }

    private static Future<Void> insert(SqlConnection tx, List<Origin> origins) {
        var now = Instant.now();
        return tx.preparedQuery("""
                        insert into destination (id, owner, name, version, spec, events, functions, tags, max_in_flight,
                            secrets, implicit, created_at, updated_at)
                        select u.id, u.owner, u.name, 1, u.spec, '{}', '{}', '{}', $5, $6, true, now(), now()
                        from unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) as u (id, owner, name, spec)
                        on conflict (owner, name) do nothing""")
                .execute(Tuple.tuple()
                        .addValue(Pg.texts(origins, origin -> Ids.destination(now)))
                        .addValue(Pg.texts(origins, Origin::owner))
                        .addValue(Pg.texts(origins, Origin::name))
                        .addValue(origins.stream()
                                .map(origin -> Buffer.buffer(Codec.encode(DestinationSpec.ofOrigin(origin.name()))))
                                .toArray(Buffer[]::new))
                        .addValue(DestinationSpec.DEFAULT_IN_FLIGHT)
                        .addValue(Buffer.buffer(Codec.encode(DestinationSecrets.NONE))))
                .mapEmpty();
    }

    /** Against the removal of those that nothing uses. */
    private static Future<Map<Origin, String>> lock(SqlConnection tx, List<Origin> origins) {
        return tx.preparedQuery("""
                        select d.id, d.owner, d.name from destination d
                        join unnest($1::text[], $2::text[]) as u (owner, name) on d.owner = u.owner and d.name = u.name
                        order by d.id for key share of d""")
                .execute(Tuple.tuple()
                        .addValue(Pg.texts(origins, Origin::owner))
                        .addValue(Pg.texts(origins, Origin::name)))
                .map(rows -> {
                    var ids = new HashMap<Origin, String>();
                    rows.forEach(row ->
                            ids.put(new Origin(row.getString("owner"), row.getString("name")), row.getString("id")));
                    return ids;
                });
    }

    /** The transaction is repeated when it was removed between the two statements. */
    private static String id(Map<Origin, String> ids, Origin origin) {
        return Objects.requireNonNull(ids.get(origin), "the destination of a callback was removed meanwhile");
    }
}
