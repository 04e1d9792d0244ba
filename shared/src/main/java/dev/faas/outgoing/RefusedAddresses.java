package dev.faas.outgoing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Those that accepted no connection lately: the others of a name are tried first. Thread-safe. */
final class RefusedAddresses {
    private static final Duration REMEMBERED = Duration.ofSeconds(30);
    private static final int MAX_SIZE = 10_000;

    private final Cache<SocketAddress, Boolean> refused = Caffeine.newBuilder()
            .expireAfterWrite(REMEMBERED)
            .maximumSize(MAX_SIZE)
            .build();

    void add(SocketAddress address) {
        refused.put(address, true);
    }

    /** The same addresses, these last. */
    Stream<SocketAddress> last(List<SocketAddress> addresses) {
        var byRefusal =
                addresses.stream().collect(Collectors.partitioningBy(address -> refused.getIfPresent(address) != null));
        return Stream.concat(byRefusal.get(false).stream(), byRefusal.get(true).stream());
    }
}
