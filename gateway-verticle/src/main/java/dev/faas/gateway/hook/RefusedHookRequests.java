package dev.faas.gateway.hook;

import dev.faas.hook.RefusedRequests;
import dev.faas.hook.RefusedRequests.Request;
import dev.faas.nats.BusException;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.Subjects;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects refused requests, and tells the registry of them. Some may be lost. Thread-safe. */
public final class RefusedHookRequests {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedHookRequests.class);
    /** Until the next message. */
    private static final int MOST = 20_000;

    private final Nats nats;
    private final Map<String, Deque<Request>> byHook = new HashMap<>();
    private int count;

    public RefusedHookRequests(Nats nats) {
        this.nats = nats;
    }

    synchronized void add(Request request) {
        var ofHook = byHook.computeIfAbsent(request.hook(), hook -> new ArrayDeque<>());
        if (ofHook.size() == RefusedRequests.KEPT) {
            // The registry would not keep it.
            ofHook.removeFirst();
        } else if (count == MOST) {
            return;
        } else {
            count++;
        }
        ofHook.addLast(request);
    }

    private synchronized List<Request> takeAll() {
        var all = new ArrayList<Request>(count);
        byHook.values().forEach(all::addAll);
        byHook.clear();
        count = 0;
        return all;
    }

    /** What cannot be sent is lost. */
    public void publish() {
        var all = takeAll();
        try {
            for (int from = 0; from < all.size(); from += RefusedRequests.MOST) {
                var some = all.subList(from, Math.min(all.size(), from + RefusedRequests.MOST));
                nats.publish(Subjects.HOOKS_REFUSED, Codec.encode(new RefusedRequests(some)));
            }
        } catch (BusException e) {
            LOG.info("refused requests of hooks lost count={} cause={}", all.size(), e.getMessage());
        }
    }
}
