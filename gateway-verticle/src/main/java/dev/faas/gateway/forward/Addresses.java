package dev.faas.gateway.forward;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All addresses behind one host name, looked up again and again: a service is scaled and moved by its name alone, and a
 * name server's TTL (600 s at Docker's) says nothing about that. Thread-safe.
 */
public final class Addresses implements AutoCloseable {
    /** Asks for the addresses of a name; blocks. */
    @FunctionalInterface
    public interface Lookup {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    public static final Lookup SYSTEM = InetAddress::getAllByName;

    private static final Logger LOG = LoggerFactory.getLogger(Addresses.class);
    private static final Duration EVERY = Duration.ofMillis(1500);
    private static final Duration FIRST_LIMIT = Duration.ofSeconds(2);
    /** How long an address that took no connection is tried last. */
    private static final long SHUNNED_NANOS = Duration.ofSeconds(5).toNanos();

    private final Vertx vertx;
    private final String host;
    private final int port;
    private final Lookup lookup;
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicBoolean asking = new AtomicBoolean();
    private final Map<SocketAddress, Long> refusedAt = new ConcurrentHashMap<>();
    private final long timer;
    private volatile List<SocketAddress> known = List.of();

    private Addresses(Vertx vertx, String host, int port, Lookup lookup) {
        this.vertx = vertx;
        this.host = host;
        this.port = port;
        this.lookup = lookup;
        this.timer = vertx.setPeriodic(EVERY.toMillis(), tick -> refresh());
    }

    /** Completes with the first answer, or without one after 2 s: a name may come to be later. */
    public static Future<Addresses> of(Vertx vertx, String host, int port, Lookup lookup) {
        var addresses = new Addresses(vertx, host, port, lookup);
        return addresses
                .refresh()
                .timeout(FIRST_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty()
                .map(addresses);
    }

    /** One after the other, beginning with another one each time; those that took no connection lately come last. */
    List<SocketAddress> inTurn() {
        var order = new ArrayList<>(known);
        if (order.size() > 1) {
            Collections.rotate(order, Math.floorMod(turn.getAndIncrement(), order.size()));
            order.sort((a, b) -> Boolean.compare(shunned(a), shunned(b)));
        }
        return order;
    }

    void refused(SocketAddress address) {
        refusedAt.put(address, System.nanoTime());
    }

    private boolean shunned(SocketAddress address) {
        var at = refusedAt.get(address);
        return at != null && System.nanoTime() - at < SHUNNED_NANOS;
    }

    /** One look-up at a time: an unknown name may take many seconds to fail. */
    private Future<Void> refresh() {
        if (!asking.compareAndSet(false, true)) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(() -> lookup.of(host), false)
                .onComplete(answered -> asking.set(false))
                .onSuccess(this::found)
                .onFailure(failure -> LOG.debug("no address of {}: {}", host, failure.toString()))
                .mapEmpty();
    }

    /** A look-up that fails changes nothing: the addresses known last are as good a guess as any. */
    private void found(InetAddress[] addresses) {
        var found = Arrays.stream(addresses)
                .map(address -> SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                .distinct()
                .sorted((a, b) -> a.host().compareTo(b.host()))
                .toList();
        if (!found.equals(known)) {
            LOG.info("{} is at {}", host, found);
            known = found;
            refusedAt.keySet().retainAll(found);
        }
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }
}
