package dev.faas.gateway.forward;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up all addresses of one host name, again and again: services are scaled and moved behind their name, and the name
 * server's TTL (600 s at Docker's) does not follow that. Thread-safe.
 */
public final class Addresses implements AutoCloseable {
    @FunctionalInterface
    public interface Lookup {
        /** Blocks. */
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    public static final Lookup SYSTEM = InetAddress::getAllByName;

    private static final Logger LOG = LoggerFactory.getLogger(Addresses.class);
    private static final Duration LOOKUP_INTERVAL = Duration.ofMillis(1500);
    private static final Duration LOOKUP_LIMIT = Duration.ofSeconds(2);
    private static final Duration AVOID_REFUSED = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final String host;
    private final int port;
    private final Lookup lookup;
    private final AtomicInteger nextStart = new AtomicInteger();
    private final AtomicReference<@Nullable Future<Void>> running = new AtomicReference<>();
    private final Cache<SocketAddress, Boolean> refused =
            Caffeine.newBuilder().expireAfterWrite(AVOID_REFUSED).build();
    private final long timer;
    private volatile List<SocketAddress> current = List.of();

    private Addresses(Vertx vertx, String host, int port, Lookup lookup) {
        this.vertx = vertx;
        this.host = host;
        this.port = port;
        this.lookup = lookup;
        this.timer = vertx.setPeriodic(LOOKUP_INTERVAL.toMillis(), tick -> refresh());
    }

    /** Completes with the first lookup, or without one after 2 s: the name may be created later. */
    public static Future<Addresses> open(Vertx vertx, String host, int port, Lookup lookup) {
        var addresses = new Addresses(vertx, host, port, lookup);
        return addresses
                .refresh()
                .timeout(LOOKUP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty()
                .map(addresses);
    }

    /** All addresses, beginning with the next one on each call; those that refused a connection lately come last. */
    List<SocketAddress> rotation() {
        var order = new ArrayList<>(current);
        if (order.size() > 1) {
            Collections.rotate(order, Math.floorMod(nextStart.getAndIncrement(), order.size()));
            order.sort((a, b) -> Boolean.compare(isRefusedLately(a), isRefusedLately(b)));
        }
        return order;
    }

    void markRefused(SocketAddress address) {
        refused.put(address, true);
    }

    private boolean isRefusedLately(SocketAddress address) {
        return refused.getIfPresent(address) != null;
    }

    /** Looks the name up now, and completes with the addresses that are not among these; never fails. */
    Future<List<SocketAddress>> findOthers(List<SocketAddress> tried) {
        return Future.fromCompletionStage(refresh().toCompletionStage(), vertx.getOrCreateContext())
                .timeout(LOOKUP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty()
                .map(looked ->
                        current.stream().filter(found -> !tried.contains(found)).toList());
    }

    /** One lookup at a time: an unknown name may take many seconds to fail. */
    private Future<Void> refresh() {
        var done = Promise.<Void>promise();
        var other = running.compareAndExchange(null, done.future());
        if (other != null) {
            return other;
        }
        vertx.executeBlocking(() -> lookup.resolve(host), false)
                .onSuccess(this::update)
                // The last addresses stay: they may still be right.
                .onFailure(failure -> LOG.debug("lookup failed host={} cause={}", host, failure.toString()))
                .onComplete(end -> running.set(null))
                .<Void>mapEmpty()
                .onComplete(done);
        return done.future();
    }

    private void update(InetAddress[] addresses) {
        var found = Arrays.stream(addresses)
                .map(address -> SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                .distinct()
                .sorted((a, b) -> a.host().compareTo(b.host()))
                .toList();
        if (!found.equals(current)) {
            LOG.info("addresses changed host={} addresses={}", host, found);
            current = found;
            refused.asMap().keySet().retainAll(found);
        }
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }
}
