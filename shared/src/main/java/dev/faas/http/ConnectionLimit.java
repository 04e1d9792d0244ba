package dev.faas.http;

import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many connections a service has on all its public listeners, and how many it may have. Thread-safe. */
final class ConnectionLimit {
    private final Logger log = LoggerFactory.getLogger(HttpService.class);
    private final AtomicInteger taken = new AtomicInteger();
    private final int most;

    ConnectionLimit(int most) {
        this.most = most;
    }

    boolean take() {
        int now = taken.incrementAndGet();
        if (now <= most) {
            return true;
        }
        taken.decrementAndGet();
        log.debug("a connection beyond the {} there may be is refused", most);
        return false;
    }

    void giveBack() {
        taken.decrementAndGet();
    }

    int taken() {
        return taken.get();
    }
}
