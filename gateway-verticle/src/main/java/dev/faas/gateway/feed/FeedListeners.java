package dev.faas.gateway.feed;

import dev.faas.feed.FeedOwners;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Subjects;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the registries who listens: nothing is published for others. Thread-safe. */
public final class FeedListeners {
    private static final Logger LOG = LoggerFactory.getLogger(FeedListeners.class);
    /** An entry is an hour older than events become. */
    private static final Duration RENEWAL = Duration.ofMinutes(20);

    private static final class Owner {
        private final AtomicInteger streams = new AtomicInteger();
        private volatile long toldAt = System.nanoTime();
    }

    private final Kv bucket;
    private final Map<String, Owner> owners = new ConcurrentHashMap<>();

    public FeedListeners(Nats nats, MeterRegistry meters) {
        this.bucket = nats.kv(Subjects.FEEDS);
        Gauge.builder("faas.feed.streams", this::count)
                .description("Clients that read their owners' feeds")
                .register(meters);
    }

    private int count() {
        return owners.values().stream().mapToInt(owner -> owner.streams.get()).sum();
    }

    /** From when it completes the owner's events are published. */
    CompletableFuture<Void> add(String owner) {
        owners.compute(owner, (id, known) -> {
            var each = known == null ? new Owner() : known;
            each.streams.incrementAndGet();
            return each;
        });
        return bucket.put(owner, FeedOwners.entry(Instant.now()))
                .whenComplete((told, failure) -> {
                    if (failure != null) {
                        remove(owner);
                    }
                })
                .thenAccept(told -> {});
    }

    void remove(String owner) {
        owners.computeIfPresent(owner, (id, each) -> each.streams.decrementAndGet() == 0 ? null : each);
    }

    /** For those who listen for longer. */
    public void renew() {
        owners.forEach((id, owner) -> {
            if (System.nanoTime() - owner.toldAt > RENEWAL.toNanos()) {
                var unused = bucket.put(id, FeedOwners.entry(Instant.now())).whenComplete((revision, failure) -> {
                    if (failure == null) {
                        owner.toldAt = System.nanoTime();
                    } else {
                        LOG.warn("listener of a feed not renewed owner={} cause={}", id, failure.getMessage());
                    }
                });
            }
        });
    }
}
