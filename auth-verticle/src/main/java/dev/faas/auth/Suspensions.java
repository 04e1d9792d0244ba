package dev.faas.auth;

import dev.faas.auth.admin.UserStore;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.Kv;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Publishes whose accounts are disabled (bucket SUSPENDED, by user id), so that their schedules submit nothing. Each run compares
 * the bucket with Postgres, which is the source of truth, so no change is lost. A registry of an earlier version does not make
 * the bucket: it is looked for in each run.
 */
final class Suspensions implements AutoCloseable {
    private static final byte[] PRESENT = {'1'};

    private final UserStore users;
    private final Kv bucket;
    private final Set<String> published = ConcurrentHashMap.newKeySet();
    private volatile boolean isRead;
    private Kv.@Nullable Watch watch;

    Suspensions(UserStore users, Kv bucket) {
        this.users = users;
        this.bucket = bucket;
    }

    /** Blocks. */
    synchronized void publish() throws Exception {
        if (!follow()) {
            return;
        }
        var disabled = Blocking.await(users.findDisabled());
        for (var user : disabled) {
            if (!published.contains(user)) {
                Blocking.await(bucket.put(user, PRESENT));
            }
        }
        var active = new HashSet<>(published);
        active.removeAll(disabled);
        for (var user : active) {
            Blocking.await(bucket.delete(user));
        }
    }

    private boolean follow() throws IOException, InterruptedException {
        if (watch == null) {
            watch = bucket.watchIfThere(this::onChange, () -> isRead = true).orElse(null);
        }
        return isRead;
    }

    private void onChange(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> published.add(put.key());
            case Kv.Change.Deleted deleted -> published.remove(deleted.key());
        }
    }

    @Override
    public synchronized void close() {
        if (watch != null) {
            watch.close();
        }
    }
}
