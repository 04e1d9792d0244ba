package dev.faas.http;

import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many connections a service has on all its public listeners, and how many it may have. Thread-safe. */
final class ConnectionLimit {
    private final Logger log = LoggerFactory.getLogger(HttpService.class);
    private final AtomicInteger used = new AtomicInteger();
    private final int max;

    ConnectionLimit(int most) {
        this.max = most;
    }

    boolean tryAcquire() {
        int now = used.incrementAndGet();
        if (now <= max) {
            return true;
        }
        used.decrementAndGet();
        log.debug("a connection beyond the {} there may be is refused", max);
        return false;
    }

    void release() {
        used.decrementAndGet();
    }

    int used() {
        return used.get();
    }
}
