package dev.faas.dispatcher.submit;

import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows which accounts are disabled, by what auth writes to the bucket SUSPENDED. Thread-safe. */
final class SuspendedOwners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SuspendedOwners.class);

    private final Set<String> owners = ConcurrentHashMap.newKeySet();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final Kv.Watch watch;

    private SuspendedOwners(Nats nats) throws IOException, InterruptedException {
        this.watch = nats.kv(Subjects.SUSPENDED).watch(this::onChange, loaded::countDown);
    }

    /** Waits until what is in the bucket has been read, but no longer than the limit. Blocks. */
    static SuspendedOwners follow(Nats nats, Duration limit) throws IOException, InterruptedException {
        var suspended = new SuspendedOwners(nats);
        if (!suspended.loaded.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("disabled accounts not read yet, what they have configured goes on bucket={}", Subjects.SUSPENDED);
        }
        return suspended;
    }

    boolean contains(String owner) {
        return owners.contains(owner);
    }

    private void onChange(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> owners.add(put.key());
            case Kv.Change.Deleted deleted -> owners.remove(deleted.key());
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
