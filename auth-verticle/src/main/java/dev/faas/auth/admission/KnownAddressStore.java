package dev.faas.auth.admission;

import static dev.faas.pg.Pg.utc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.faas.http.client.ClientAddress;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Remembers for 30 days from which addresses users have logged in (table {@code known_address}). The address of a gateway is known
 * of nobody: all clients have it.
 */
public final class KnownAddressStore implements HashQueue.Known {
    private static final Duration REMEMBERED = Duration.ofDays(30);
    /** An address is asked for only while most places are taken, perhaps very often. */
    private static final Duration CACHED = Duration.ofMinutes(1);

    private static final int MAX_CACHED = 100_000;

    private final Pg pg;
    private final InstantSource clock;
    private final Cache<String, Boolean> cache = Caffeine.newBuilder()
            .expireAfterWrite(CACHED)
            .maximumSize(MAX_CACHED)
            .build();

    public KnownAddressStore(Pg pg, InstantSource clock) {
        this.pg = pg;
        this.clock = clock;
    }

    /** Of any user. */
    @Override
    public Future<Boolean> isKnown(ClientAddress address) {
        if (address.ofGateway()) {
            return Future.succeededFuture(false);
        }
        var cached = cache.getIfPresent(address.prefix());
        return cached != null
                ? Future.succeededFuture(cached)
                : exists("prefix = $1 and last_ok > $2", Tuple.of(address.prefix(), utc(oldest())))
                        .onSuccess(known -> cache.put(address.prefix(), known));
    }

    Future<Boolean> isKnownTo(String userId, ClientAddress address) {
        if (address.ofGateway()) {
            return Future.succeededFuture(false);
        }
        return exists(
                "user_id = $1 and prefix = $2 and last_ok > $3", Tuple.of(userId, address.prefix(), utc(oldest())));
    }

    /** Writes at most once an hour for an address that logs in often. */
    Future<Void> remember(String userId, ClientAddress address) {
        if (address.ofGateway()) {
            return Future.succeededFuture();
        }
        return pg.update("""
                        insert into known_address as a (user_id, prefix, last_ok) values ($1, $2, $3)
                        on conflict (user_id, prefix) do update set last_ok = excluded.last_ok
                        where a.last_ok < excluded.last_ok - interval '1 hour'""", Tuple.of(userId, address.prefix(), utc(clock.instant())))
                .mapEmpty();
    }

    public Future<Void> prune() {
        return pg.update("delete from known_address where last_ok <= $1", Tuple.of(utc(oldest())))
                .mapEmpty();
    }

    private Future<Boolean> exists(String where, Tuple values) {
        return pg.withPool(pool -> pool.preparedQuery("select exists (select from known_address where " + where + ")")
                .execute(values)
                .map(rows -> rows.iterator().next().getBoolean(0)));
    }

    private Instant oldest() {
        return clock.instant().minus(REMEMBERED);
    }
}
