package dev.faas.activation;

import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which spawners live. One is dead when its own successor says so, when it has signed off, or when this observer, itself
 * awake and connected for {@link #DEAD_AFTER} without a break, has heard nothing of it for so long: after an outage of the
 * bus nobody is declared dead for having been cut off. What is heard comes by a watch, which can fall silent by itself when
 * a node of the bus is lost; so before silence counts, the leader is asked for the spawner's last sign.
 */
public final class Spawners implements AutoCloseable {
    public static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(5);
    public static final Duration DEAD_AFTER = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(Spawners.class);
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    private record Observed(SpawnerHeartbeat heartbeat, long revision, long at) {}

    /** A question to the leader, for all who ask at about the same time. */
    private record LeaderQuestion(CompletableFuture<LastHeartbeat> answer, long at) {}

    /**
     * A spawner's last sign, as the leader has it.
     *
     * @param revision what the next one has to be behind; 0: there is none
     * @param beat null: it has signed off, or has never been there
     */
    public record LastHeartbeat(long revision, @Nullable SpawnerHeartbeat heartbeat) {
        static final LastHeartbeat NONE = new LastHeartbeat(0, null);
    }

    private final Kv bucket;
    private final Supplier<Duration> connectedFor;
    private final LongSupplier nanos;
    private final UninterruptedTime uninterruptedTime;
    private final Map<String, Observed> observed = new ConcurrentHashMap<>();
    private final Map<String, LeaderQuestion> questions = new ConcurrentHashMap<>();
    private final long observingSince;
    private @Nullable RepeatingTask freezeCheck;
    private Nats.@Nullable Subscription subscription;

    public Spawners(Nats nats) {
        this(nats.kv(Subjects.SPAWNERS), nats::connectedFor, System::nanoTime);
    }

    /** @param nanos a clock as {@link System#nanoTime} is one */
    Spawners(Kv bucket, Supplier<Duration> connectedFor, LongSupplier nanos) {
        this.bucket = bucket;
        this.connectedFor = connectedFor;
        this.nanos = nanos;
        this.uninterruptedTime = new UninterruptedTime(nanos);
        this.observingSince = nanos.getAsLong();
    }

    /** Begins to listen. Blocks. */
    public void startObserving() throws IOException, InterruptedException {
        freezeCheck = RepeatingTask.start("wakefulness", UninterruptedTime.CHECK_INTERVAL, uninterruptedTime::elapsed);
        subscription = bucket.watch(this::onChange, () -> {});
    }

    private void onChange(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> observeHeartbeat(put.key(), decode(put), put.revision());
            case Kv.Change.Deleted gone -> observed.remove(gone.key());
        }
    }

    private void observeHeartbeat(String spawner, SpawnerHeartbeat beat, long revision) {
        observed.put(spawner, new Observed(beat, revision, nanos.getAsLong()));
    }

    private static SpawnerHeartbeat decode(Kv.Change.Put put) {
        return Codec.decode(put.value().bytes(), SpawnerHeartbeat.class);
    }

    /** A name for a process that begins now: later than those before it, even by a clock that has been put back. */
    public CompletableFuture<String> newIncarnation(String spawner, Instant now) {
        return bucket.get(spawner)
                .thenApply(last -> last.map(Spawners::decode)
                        .filter(beat -> Ids.isActivation(beat.incarnation()))
                        .map(beat -> Ids.timeOf(beat.incarnation()).plusMillis(1))
                        .filter(now::isBefore)
                        .orElse(now))
                .thenApply(Ids::activation);
    }

    /** Only if the last sign under its name is this one. */
    public CompletableFuture<Long> publish(SpawnerHeartbeat beat, long behind) {
        return bucket.update(beat.spawner(), Codec.encode(beat), behind);
    }

    /** The last sign: nothing of this spawner runs any more. Only if the one before is this one. */
    public CompletableFuture<Long> signOff(String spawner, long behind) {
        return bucket.delete(spawner, behind);
    }

    public CompletableFuture<LastHeartbeat> lastHeartbeat(String spawner) {
        return bucket.lastChange(spawner)
                .thenApply(last -> last.map(change -> switch (change) {
                            case Kv.Change.Put put -> new LastHeartbeat(put.revision(), decode(put));
                            case Kv.Change.Deleted gone -> new LastHeartbeat(gone.revision(), null);
                        })
                        .orElse(LastHeartbeat.NONE));
    }

    /** May block for an answer of the bus; without one nobody is dead. */
    public boolean isDead(Worker worker) {
        return isReplaced(worker)
                || (isSilent(worker)
                        && readLastHeartbeat(worker.spawner())
                        && (isReplaced(worker) || isSilent(worker)));
    }

    private boolean isReplaced(Worker worker) {
        var last = observed.get(worker.spawner());
        return last != null && last.heartbeat().incarnation().compareTo(worker.incarnation()) > 0;
    }

    private boolean isSilent(Worker worker) {
        var last = observed.get(worker.spawner());
        long since = last != null && last.heartbeat().incarnation().equals(worker.incarnation())
                ? last.at()
                : observingSince;
        return connectedFor.get().compareTo(DEAD_AFTER) >= 0
                && uninterruptedTime.elapsed().compareTo(DEAD_AFTER) >= 0
                && nanos.getAsLong() - since >= DEAD_AFTER.toNanos();
    }

    /** What the watch has missed is heard now. False when the leader could not be asked. */
    private boolean readLastHeartbeat(String spawner) {
        var question = questions.compute(
                spawner,
                (key, last) -> last != null && nanos.getAsLong() - last.at() < ASK_AGAIN.toNanos()
                        ? last
                        : new LeaderQuestion(lastHeartbeat(spawner), nanos.getAsLong()));
        try {
            var sign = question.answer().get(ANSWER_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
            var last = observed.get(spawner);
            // Any other than the last: a bus that has lost its disk counts from 1 again.
            if (sign.heartbeat() != null && (last == null || last.revision() != sign.revision())) {
                observeHeartbeat(spawner, sign.heartbeat(), sign.revision());
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("spawner {} is silent, and its last sign could not be read: {}", spawner, e.toString());
            return false;
        }
    }

    /** Those heard of lately. */
    public List<SpawnerHeartbeat> recentHeartbeats() {
        long since = nanos.getAsLong() - DEAD_AFTER.toNanos();
        return observed.values().stream()
                .filter(each -> each.at() - since >= 0)
                .map(Observed::heartbeat)
                .toList();
    }

    @Override
    public void close() {
        try {
            if (freezeCheck != null) {
                freezeCheck.stop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (subscription != null) {
            subscription.close();
        }
    }
}
