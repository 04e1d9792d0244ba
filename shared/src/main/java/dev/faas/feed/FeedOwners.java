package dev.faas.feed;

import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the bucket FEEDS: who listens to a feed, or did within the last day. Nothing is published for others. */
public final class FeedOwners {
    private static final Logger LOG = LoggerFactory.getLogger(FeedOwners.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration START_LIMIT = Duration.ofSeconds(2);
    /** NATS removes entries at this age, and does not tell. */
    private static final Duration AGE = Duration.ofHours(25);

    private final Map<String, Instant> listenedAt = new ConcurrentHashMap<>();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final RepeatingTask following;
    private Nats.@Nullable Subscription subscription;

    private FeedOwners(Kv bucket) {
        this.following = RepeatingTask.start("feeds", RETRY, () -> follow(bucket));
    }

    /** Waits a little until what is in the bucket has been read. Blocks. */
    public static FeedOwners follow(Nats nats) throws InterruptedException {
        var owners = new FeedOwners(nats.kv(Subjects.FEEDS));
        if (!owners.loaded.await(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("listeners of feeds not read yet, their events are missing bucket={}", Subjects.FEEDS);
        }
        return owners;
    }

    /** The value of an owner's entry. */
    public static byte[] entry(Instant now) {
        return now.toString().getBytes(StandardCharsets.UTF_8);
    }

    boolean has(String owner) {
        var at = listenedAt.get(owner);
        return at != null && at.plus(AGE).isAfter(Instant.now());
    }

    private void follow(Kv bucket) throws InterruptedException {
        listenedAt.values().removeIf(at -> at.plus(AGE).isBefore(Instant.now()));
        if (subscription == null) {
            try {
                subscription =
                        bucket.watchIfThere(this::apply, loaded::countDown).orElse(null);
            } catch (IOException | BusException e) {
                LOG.warn("listeners of feeds not read, trying again cause={}", e.getMessage());
            }
        }
    }

    private void apply(Kv.Change change) {
        if (change instanceof Kv.Change.Put put) {
            try {
                listenedAt.put(put.key(), Instant.parse(new String(put.value().bytes(), StandardCharsets.UTF_8)));
            } catch (DateTimeException e) {
                LOG.warn("listener of a feed not decoded owner={}", put.key());
            }
        } else {
            listenedAt.remove(change.key());
        }
    }

    public void close() throws InterruptedException {
        following.stop();
        if (subscription != null) {
            subscription.close();
        }
    }
}
