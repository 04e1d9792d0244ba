package dev.faas.http;

import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Limits the number of connections on all public listeners of a service. Thread-safe. */
final class ConnectionLimit {
    private final Logger log = LoggerFactory.getLogger(HttpService.class);
    private final AtomicInteger used = new AtomicInteger();
    private final int max;

    ConnectionLimit(int max) {
        this.max = max;
    }

    boolean tryAcquire() {
        int now = used.incrementAndGet();
        if (now <= max) {
            return true;
        }
        used.decrementAndGet();
        log.debug("connection rejected max_connections={}", max);
        return false;
    }

    void release() {
        used.decrementAndGet();
    }

    int used() {
        return used.get();
    }
}
