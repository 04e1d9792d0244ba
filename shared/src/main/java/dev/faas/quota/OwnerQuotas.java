package dev.faas.quota;

import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.Codec.CodecException;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the quota of each owner, by following what the registry writes to the bucket USAGE. Without that bucket, which an older
 * registry does not create, every owner has the defaults. Thread-safe.
 */
public final class OwnerQuotas {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerQuotas.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final String KEY = "quota.";

    private final QuotaSettings settings;
    private final Quota usual;
    private final Map<String, Quota> byOwner = new ConcurrentHashMap<>();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final RepeatingTask following;
    private volatile Nats.@Nullable Subscription subscription;

    private OwnerQuotas(Kv bucket, QuotaSettings settings) {
        this.settings = settings;
        this.usual = settings.defaults().cappedBy(settings.caps());
        this.following = RepeatingTask.start("quotas", RETRY, () -> follow(bucket));
    }

    /** Waits until what is in the bucket has been read, but no longer than the limit. Blocks. */
    public static OwnerQuotas follow(Kv bucket, QuotaSettings settings, Duration limit) throws InterruptedException {
        var quotas = new OwnerQuotas(bucket, settings);
        if (!quotas.loaded.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("quotas of single users not read yet, the defaults hold bucket={}", Subjects.USAGE);
        }
        return quotas;
    }

    /** The key of an owner's quota in the bucket. */
    public static String key(String owner) {
        return KEY + owner;
    }

    public Quota of(String owner) {
        return byOwner.getOrDefault(owner, usual);
    }

    private void follow(Kv bucket) throws InterruptedException {
        if (subscription != null) {
            return;
        }
        try {
            subscription = bucket.watch(this::apply, loaded::countDown);
        } catch (IOException | BusException missing) {
            LOG.debug("bucket cannot be followed yet", missing);
        }
    }

    private void apply(Kv.Change change) {
        if (!change.key().startsWith(KEY)) {
            return;
        }
        var owner = change.key().substring(KEY.length());
        switch (change) {
            case Kv.Change.Put put -> put(owner, put.value().bytes());
            case Kv.Change.Deleted deleted -> byOwner.remove(owner);
        }
    }

    private void put(String owner, byte[] bytes) {
        try {
            byOwner.put(owner, settings.of(Codec.readTree(bytes)));
        } catch (CodecException e) {
            LOG.warn("quota not decoded owner={} cause={}", owner, e.getMessage());
        }
    }

    public void close() throws InterruptedException {
        following.stop();
        if (subscription != null) {
            subscription.close();
        }
    }
}
