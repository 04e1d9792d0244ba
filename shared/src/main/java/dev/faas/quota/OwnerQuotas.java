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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the quota of each owner, and who has more than a fair share of the event stream, by following what the registry writes to the bucket USAGE. Without that bucket, which an older
 * registry does not create, every owner has the defaults. Thread-safe.
 */
public final class OwnerQuotas {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerQuotas.class);
    /** An older registry does not make the bucket, and an older NATS does not permit it; then a start goes on without. */
    public static final Duration START_LIMIT = Duration.ofSeconds(2);

    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final String KEY = "quota.";
    /** The key of the owners who have more than a fair share of the event stream. */
    public static final String OVER_SHARE = "events";
    /** The registry writes it every few seconds while there is such an owner. */
    private static final Duration OVER_SHARE_AGE = Duration.ofSeconds(30);

    /** Beside the limits of one owner: true when there is more than {@link Quota.Limit#STORED_MB}. */
    public static final String OVER_STORED = "overStored";

    /** The key of how many delayed activations owners have that are not due yet. */
    public static final String DELAYED = "delayed";
    /** The registry writes it every few seconds while there is one. */
    private static final Duration DELAYED_AGE = Duration.ofSeconds(30);

    private static final String OWNERS = "owners";

    private record OverShare(Set<String> owners, long at) {}

    private record Delayed(Map<String, Long> owners, long at) {}

    private final QuotaSettings settings;
    private final Quota usual;
    private final Map<String, Quota> byOwner = new ConcurrentHashMap<>();
    private final Set<String> overStored = ConcurrentHashMap.newKeySet();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final RepeatingTask following;
    private volatile Nats.@Nullable Subscription subscription;
    private volatile OverShare overShare = new OverShare(Set.of(), 0);
    private volatile Delayed delayed = new Delayed(new ConcurrentHashMap<>(), System.nanoTime());

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

    public static String key(String owner) {
        return KEY + owner;
    }

    /** The value of {@link #OVER_SHARE}. */
    public static byte[] overShare(List<String> owners) {
        return Codec.write(Map.of(OWNERS, owners));
    }

    public Quota of(String owner) {
        return byOwner.getOrDefault(owner, usual);
    }

    /** False when the registry has not said so lately. */
    public boolean isOverShare(String owner) {
        var last = overShare;
        return last.owners().contains(owner) && System.nanoTime() - last.at() < OVER_SHARE_AGE.toNanos();
    }

    /** As the registry has measured it lately. */
    public boolean hasStoredTooMuch(String owner) {
        return overStored.contains(owner);
    }

    /** The value of {@link #DELAYED}. */
    public static byte[] delayed(Map<String, Long> owners) {
        return Codec.write(Map.of(OWNERS, owners));
    }

    /** How many delayed activations the owner has: as the registry counted lately, and those noted here since. */
    public long delayedOf(String owner) {
        return recentDelayed().getOrDefault(owner, 0L);
    }

    public void noteDelayed(String owner) {
        recentDelayed().merge(owner, 1L, Long::sum);
    }

    private Map<String, Long> recentDelayed() {
        if (System.nanoTime() - delayed.at() > DELAYED_AGE.toNanos()) {
            delayed = new Delayed(new ConcurrentHashMap<>(), System.nanoTime());
        }
        return delayed.owners();
    }

    private void follow(Kv bucket) throws InterruptedException {
        if (subscription != null) {
            return;
        }
        try {
            subscription = bucket.watchIfThere(this::apply, loaded::countDown).orElse(null);
        } catch (IOException | BusException e) {
            LOG.warn("quotas not read, trying again bucket={} cause={}", Subjects.USAGE, e.getMessage());
        }
    }

    private void apply(Kv.Change change) {
        if (change.key().equals(OVER_SHARE) && change instanceof Kv.Change.Put put) {
            putOverShare(put.value().bytes());
        }
        if (change.key().equals(DELAYED) && change instanceof Kv.Change.Put put) {
            putDelayed(put.value().bytes());
        }
        if (!change.key().startsWith(KEY)) {
            return;
        }
        var owner = change.key().substring(KEY.length());
        switch (change) {
            case Kv.Change.Put put -> put(owner, put.value().bytes());
            case Kv.Change.Deleted deleted -> {
                byOwner.remove(owner);
                overStored.remove(owner);
            }
        }
    }

    private void put(String owner, byte[] bytes) {
        try {
            var json = Codec.readTree(bytes);
            byOwner.put(owner, settings.of(json));
            if (json.path(OVER_STORED).asBoolean()) {
                overStored.add(owner);
            } else {
                overStored.remove(owner);
            }
        } catch (CodecException e) {
            LOG.warn("quota not decoded owner={} cause={}", owner, e.getMessage());
        }
    }

    private void putOverShare(byte[] bytes) {
        try {
            var owners = new HashSet<String>();
            Codec.readTree(bytes).path(OWNERS).forEach(owner -> owners.add(owner.asText()));
            overShare = new OverShare(owners, System.nanoTime());
        } catch (CodecException e) {
            LOG.warn("shares of the event stream not decoded cause={}", e.getMessage());
        }
    }

    private void putDelayed(byte[] bytes) {
        try {
            var owners = new ConcurrentHashMap<String, Long>();
            Codec.readTree(bytes)
                    .path(OWNERS)
                    .properties()
                    .forEach(
                            owner -> owners.put(owner.getKey(), owner.getValue().asLong()));
            delayed = new Delayed(owners, System.nanoTime());
        } catch (CodecException e) {
            LOG.warn("delayed activations not decoded cause={}", e.getMessage());
        }
    }

    public void close() throws InterruptedException {
        following.stop();
        if (subscription != null) {
            subscription.close();
        }
    }
}
