package dev.faas.activation;

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
import org.jspecify.annotations.Nullable;

/**
 * Which spawners live. One is dead when its own successor says so, when it has signed off, or when this observer, itself
 * connected for {@link #DEAD_AFTER} without a break, has heard nothing of it for so long: after an outage of the bus nobody
 * is declared dead for having been cut off.
 */
public final class Spawners implements AutoCloseable {
    public static final Duration BEAT_EVERY = Duration.ofSeconds(5);
    public static final Duration DEAD_AFTER = Duration.ofSeconds(30);

    private record Heard(SpawnerBeat beat, long at) {}

    private final Nats nats;
    private final Kv bucket;
    private final Map<String, Heard> heard = new ConcurrentHashMap<>();
    private final long observingSince = System.nanoTime();
    private Nats.@Nullable Subscription subscription;

    public Spawners(Nats nats) {
        this.nats = nats;
        this.bucket = nats.kv(Subjects.SPAWNERS);
    }

    /** Begins to listen. Blocks. */
    public void observe() throws IOException, InterruptedException {
        subscription = bucket.watch(this::changed, () -> {});
    }

    private void changed(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> {
                var beat = Codec.decode(put.value().bytes(), SpawnerBeat.class);
                heard.put(put.key(), new Heard(beat, System.nanoTime()));
            }
            case Kv.Change.Deleted gone -> heard.remove(gone.key());
        }
    }

    /** A name for a process that begins now: later than those before it, even by a clock that has been put back. */
    public CompletableFuture<String> incarnation(String spawner, Instant now) {
        return bucket.get(spawner)
                .thenApply(last -> last.map(beat -> Codec.decode(beat.value().bytes(), SpawnerBeat.class))
                        .filter(beat -> Ids.isActivation(beat.incarnation()))
                        .map(beat -> Ids.timeOf(beat.incarnation()).plusMillis(1))
                        .filter(now::isBefore)
                        .orElse(now))
                .thenApply(Ids::activation);
    }

    public CompletableFuture<Long> beat(SpawnerBeat beat) {
        return bucket.put(beat.spawner(), Codec.encode(beat));
    }

    /** The last sign: nothing of this spawner runs any more. */
    public CompletableFuture<Long> signOff(String spawner) {
        return bucket.delete(spawner);
    }

    public boolean dead(Worker worker) {
        var last = heard.get(worker.spawner());
        if (last != null && last.beat().incarnation().compareTo(worker.incarnation()) > 0) {
            return true;
        }
        long silentSince =
                last != null && last.beat().incarnation().equals(worker.incarnation()) ? last.at() : observingSince;
        return nats.connectedFor().compareTo(DEAD_AFTER) >= 0
                && System.nanoTime() - silentSince >= DEAD_AFTER.toNanos();
    }

    /** Those heard of lately. */
    public List<SpawnerBeat> alive() {
        long since = System.nanoTime() - DEAD_AFTER.toNanos();
        return heard.values().stream()
                .filter(each -> each.at() - since >= 0)
                .map(Heard::beat)
                .toList();
    }

    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
        }
    }
}
