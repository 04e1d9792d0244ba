package dev.faas.spawner;

import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.spawner.engine.EngineHost;
import dev.faas.wire.Capacity;
import java.time.Duration;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Divides what a Docker host has equally among its spawners that are alive. Heartbeats are the only means: what a spawner
 * holds, no other may use. A spawner gives up at once what another is entitled to, and its heartbeat says so when its
 * containers have shrunk to that. To get more, it
 *
 * <pre>
 *   claims    what the others do not hold, by its heartbeat
 *   confirms  once that heartbeat, and so all that were stored before it, has come back: if the others still do not hold it,
 *             it may be used, because those that claim later see this claim
 * </pre>
 *
 * A spawner that shares its host and cannot reach NATS loses its part before the others take it for dead. Thread-safe.
 */
final class HostShare {
    /** Shorter than {@code Spawners.DEAD_AFTER}; by then the runs have lost their leases. */
    static final Duration UNCONFIRMED_LIMIT = Duration.ofSeconds(15);

    private final String self;
    private final EngineHost host;
    private final Supplier<List<SpawnerHeartbeat>> heartbeats;
    private final LongSupplier nanos;
    private volatile Capacity usable = Capacity.NONE;
    /** Of the last heartbeat that was stored; null before the first. */
    private SpawnerHeartbeat.@Nullable Budget stored;

    private long revision;
    private long sentAt;
    /** Nothing is claimed by that heartbeat, or it has been decided on. */
    private boolean isSettled = true;

    /**
     * @param host its capacity is what all spawners together may use
     * @param heartbeats of spawners that are alive; this one may be missing
     * @param nanos {@link System#nanoTime}
     */
    HostShare(String self, EngineHost host, Supplier<List<SpawnerHeartbeat>> heartbeats, LongSupplier nanos) {
        this.self = self;
        this.host = host;
        this.heartbeats = heartbeats;
        this.nanos = nanos;
    }

    Capacity usable() {
        return usable;
    }

    /**
     * What the next heartbeat says. An earlier claim is void from now on.
     *
     * @param containers what they take
     * @param runs what they take
     */
    synchronized SpawnerHeartbeat.Budget next(Capacity containers, Capacity runs) {
        isSettled = true;
        return budget(containers, runs);
    }

    private SpawnerHeartbeat.Budget budget(Capacity containers, Capacity runs) {
        var others = others();
        shrink(others);
        var part = part(others);
        var claim = part.min(host.capacity().minus(held(others)));
        return new SpawnerHeartbeat.Budget(
                host.daemon(), part, claim.max(usable).max(containers), usable.minus(runs));
    }

    /**
     * A heartbeat with this budget was stored.
     *
     * @param sentAt before that, of the clock {@code nanos}
     */
    synchronized void stored(SpawnerHeartbeat.Budget budget, long revision, long sentAt) {
        this.stored = budget;
        this.revision = revision;
        this.sentAt = sentAt;
        isSettled = false;
    }

    /** Whether a heartbeat would tell something else than the last one. */
    synchronized boolean isOutdated(Capacity containers) {
        if (stored == null || !isSettled) {
            return false;
        }
        var now = budget(containers, Capacity.NONE);
        return !now.part().equals(stored.part()) || !now.held().equals(stored.held());
    }

    /**
     * Call it often.
     *
     * @param isLastSeen whether the heartbeat with this revision is the last of this spawner that has come back
     * @return whether {@link #usable} has changed
     */
    synchronized boolean update(LongPredicate isLastSeen) {
        var before = usable;
        var others = others();
        if (stored != null && !isSettled && isLastSeen.test(revision)) {
            isSettled = true;
            var claimed = stored.part().min(stored.held());
            if (host.capacity().holds(claimed.plus(held(others)))) {
                usable = claimed;
            }
        }
        shrink(others);
        return !usable.equals(before);
    }

    private void shrink(List<SpawnerHeartbeat.Budget> others) {
        boolean isStale = !others.isEmpty() && nanos.getAsLong() - sentAt >= UNCONFIRMED_LIMIT.toNanos();
        usable = isStale ? Capacity.NONE : usable.min(part(others));
    }

    private Capacity part(List<SpawnerHeartbeat.Budget> others) {
        return host.capacity().dividedBy(others.size() + 1);
    }

    private static Capacity held(List<SpawnerHeartbeat.Budget> others) {
        return others.stream().map(SpawnerHeartbeat.Budget::held).reduce(Capacity.NONE, Capacity::plus);
    }

    /** Of the other spawners of this host. */
    private List<SpawnerHeartbeat.Budget> others() {
        return heartbeats.get().stream()
                .filter(beat -> !beat.spawner().equals(self))
                .flatMap(beat -> Stream.ofNullable(beat.budget()))
                .filter(budget -> budget.daemon().equals(host.daemon()))
                .toList();
    }
}
