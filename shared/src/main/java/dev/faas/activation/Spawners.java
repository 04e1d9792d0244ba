package dev.faas.activation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.lifecycle.UninterruptedTime;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import dev.faas.wire.Versioned;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tracks which spawners are alive. A spawner is dead in three cases: a later process has taken its id, it has signed off, or it
 * has been silent for {@link #DEAD_AFTER}. Silence counts only while this observer has itself run and been connected for as
 * long without a break, so that an outage of NATS does not make spawners dead. Heartbeats arrive by a watch, which can stop
 * without notice when a NATS node is lost; so before silence counts, the last heartbeat is read from the leader.
 *
 * <p>A spawner that is alive may lack a run whose state names it: the answer to its claim was lost. So it is
 * {@linkplain #findMissingRuns asked}.
 */
public final class Spawners implements AutoCloseable {
    public static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(5);
    public static final Duration DEAD_AFTER = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(Spawners.class);
    private static final Duration READ_AGAIN_AFTER = Duration.ofSeconds(1);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    private record Observed(SpawnerHeartbeat heartbeat, long revision, long at) {}

    /** A spawner's last heartbeat on the leader.
     *
     * @param revision which the next heartbeat must name; 0 without a heartbeat
     * @param heartbeat null when the spawner has signed off, or never published one
     */
    public record LastHeartbeat(long revision, @Nullable SpawnerHeartbeat heartbeat) {
        static final LastHeartbeat NONE = new LastHeartbeat(0, null);
    }

    private final Nats nats;
    private final Kv bucket;
    private final Supplier<Duration> connectedFor;
    private final LongSupplier nanos;
    private final UninterruptedTime uninterruptedTime;
    private final Map<String, Observed> observed = new ConcurrentHashMap<>();
    /** Answers of the leader, shared by all calls within {@link #READ_AGAIN_AFTER}. */
    private final Cache<String, CompletableFuture<LastHeartbeat>> lastHeartbeats;

    private final long observingSince;
    private @Nullable RepeatingTask freezeCheck;
    private Nats.@Nullable Subscription subscription;

    public Spawners(Nats nats) {
        this(nats, nats::connectedFor, System::nanoTime);
    }

    /** @param nanos a clock such as {@link System#nanoTime} */
    Spawners(Nats nats, Supplier<Duration> connectedFor, LongSupplier nanos) {
        this.nats = nats;
        this.bucket = nats.kv(Subjects.SPAWNERS);
        this.connectedFor = connectedFor;
        this.nanos = nanos;
        this.uninterruptedTime = new UninterruptedTime(nanos);
        this.lastHeartbeats = Caffeine.newBuilder()
                .expireAfterWrite(READ_AGAIN_AFTER)
                .ticker(nanos::getAsLong)
                .build();
        this.observingSince = nanos.getAsLong();
    }

    /** Blocks. */
    public void startObserving() throws IOException, InterruptedException {
        freezeCheck = RepeatingTask.start(
                "spawners-freeze-check", UninterruptedTime.CHECK_INTERVAL, uninterruptedTime::elapsed);
        subscription = bucket.watch(this::onChange, () -> {});
    }

    private void onChange(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> observeHeartbeat(put.key(), decode(put), put.revision());
            case Kv.Change.Deleted deletion -> observed.remove(deletion.key());
        }
    }

    private void observeHeartbeat(String spawner, SpawnerHeartbeat heartbeat, long revision) {
        observed.put(spawner, new Observed(heartbeat, revision, nanos.getAsLong()));
    }

    private static SpawnerHeartbeat decode(Kv.Change.Put put) {
        return Codec.decode(put.value().bytes(), SpawnerHeartbeat.class);
    }

    /** A name for a process that starts now. It sorts after the names of earlier processes, even when the clock was set back. */
    public CompletableFuture<String> newIncarnation(String spawner, Instant now) {
        return bucket.get(spawner)
                .thenApply(put -> put.map(Spawners::decode)
                        .filter(last -> Ids.isActivation(last.incarnation()))
                        .map(last -> Ids.timeOf(last.incarnation()).plusMillis(1))
                        .filter(now::isBefore)
                        .orElse(now))
                .thenApply(Ids::activation);
    }

    /** Succeeds only if the last heartbeat of this id has this revision. */
    public CompletableFuture<Long> publish(SpawnerHeartbeat heartbeat, long lastRevision) {
        return bucket.update(heartbeat.spawner(), Codec.encode(heartbeat), lastRevision);
    }

    /** Says that the spawner runs nothing any more. Succeeds only if its last heartbeat has this revision. */
    public CompletableFuture<Long> signOff(String spawner, long lastRevision) {
        return bucket.delete(spawner, lastRevision);
    }

    public CompletableFuture<LastHeartbeat> lastHeartbeat(String spawner) {
        return bucket.lastChange(spawner)
                .thenApply(last -> last.map(change -> switch (change) {
                            case Kv.Change.Put put -> new LastHeartbeat(put.revision(), decode(put));
                            case Kv.Change.Deleted deletion -> new LastHeartbeat(deletion.revision(), null);
                        })
                        .orElse(LastHeartbeat.NONE));
    }

    /** Names runs of one spawner, in a question and in its answer. */
    record RunIds(Collection<String> runIds) implements Versioned {}

    /** Asks this process, not a later one, which of these runs it does not have. None when there is no answer. */
    public CompletableFuture<Collection<String>> findMissingRuns(Worker worker, Collection<String> runIds) {
        return nats.ask(Subjects.runsOf(worker.spawner(), worker.incarnation()), Codec.encode(new RunIds(runIds)))
                .thenApply(answer -> Codec.decode(answer, RunIds.class).runIds())
                .exceptionally(failure -> List.of());
    }

    public CompletableFuture<Boolean> isMissing(Running run) {
        return findMissingRuns(run.worker(), List.of(run.runId())).thenApply(missing -> !missing.isEmpty());
    }

    /**
     * Answers that question for this process.
     *
     * @param hasRun true from before the claim of a run until its end is stored
     */
    public Nats.Subscription answerMissingRuns(Worker self, Predicate<String> hasRun) {
        return nats.answer(Subjects.runsOf(self.spawner(), self.incarnation()), question -> {
            var asked = Codec.decode(question, RunIds.class).runIds();
            return Codec.encode(
                    new RunIds(asked.stream().filter(hasRun.negate()).toList()));
        });
    }

    /** May block for an answer of the leader; without one the spawner is not dead. */
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

    /** Reads what the watch may have missed. False when the leader did not answer. */
    private boolean readLastHeartbeat(String spawner) {
        var answer = lastHeartbeats.get(spawner, this::lastHeartbeat);
        try {
            var onLeader = answer.get(ANSWER_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
            var last = observed.get(spawner);
            // Not only a higher revision: a server that has lost its disk counts from 1 again.
            if (onLeader.heartbeat() != null && (last == null || last.revision() != onLeader.revision())) {
                observeHeartbeat(spawner, onLeader.heartbeat(), onLeader.revision());
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("last heartbeat of a silent spawner not read spawner={} error={}", spawner, e.toString());
            return false;
        }
    }

    /** Whether the heartbeat with this revision is the last of its spawner that has arrived here, and with it all earlier ones. */
    public boolean isLastSeen(String spawner, long revision) {
        var last = observed.get(spawner);
        return last != null && last.revision() == revision;
    }

    /** Of spawners that were not silent for {@link #DEAD_AFTER}. */
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
