package dev.faas.spawner.schedule;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats.Subscription;
import dev.faas.wire.Capacity;
import dev.faas.wire.Codec;
import dev.faas.wire.Codec.CodecException;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows KV {@code FUNCTIONS} and keeps each function's concurrency limit and what its runs need. Thread-safe. */
public final class KnownFunctions implements AutoCloseable {
    /** Called for each change, in order, on a NATS thread: must not block. */
    public interface Listener {
        /** @param fresh false for what was already there when this spawner started */
        void onRevision(FunctionRevision function, boolean fresh);

        void onDeleted(String functionId);
    }

    private static final Logger LOG = LoggerFactory.getLogger(KnownFunctions.class);

    private static final Capacity DEFAULT_NEED = Capacity.of(FunctionSpec.Limits.DEFAULT);

    private record Head(int concurrency, Capacity need, FunctionPauses pauses) {}

    private final Map<String, Head> headByFunction = new ConcurrentHashMap<>();
    private final Map<String, String> functionByKey = new ConcurrentHashMap<>();
    private final Listener listener;
    private final Subscription subscription;
    private final CountDownLatch loaded = new CountDownLatch(1);
    private volatile Consumer<QueueKey> whenResumed = key -> {};

    private KnownFunctions(Kv functions, Listener listener) throws IOException, InterruptedException {
        this.listener = listener;
        this.subscription = functions.watch(this::onChange, loaded::countDown);
    }

    /** Returns once all functions have been read: a paused one must not run before. Blocks. */
    public static KnownFunctions follow(Kv functions, Listener listener, Duration limit)
            throws IOException, InterruptedException, DependencyMissing {
        var known = new KnownFunctions(functions, listener);
        if (!known.loaded.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            known.close();
            throw DependencyMissing.notRead(Subjects.FUNCTIONS, limit);
        }
        return known;
    }

    /** Empty if the function is unknown: deleted, or not read yet. */
    OptionalInt concurrency(QueueKey key) {
        var head = headByFunction.get(key.function());
        return head == null ? OptionalInt.empty() : OptionalInt.of(head.concurrency());
    }

    Capacity need(QueueKey key) {
        var head = headByFunction.get(key.function());
        return head == null ? DEFAULT_NEED : head.need();
    }

    /** Of a function. */
    public FunctionPauses pauses(String functionId) {
        var head = headByFunction.get(functionId);
        return head == null ? FunctionPauses.NONE : head.pauses();
    }

    /** Work of a resumed function may wait: {@code action} is called for each, on a NATS thread. */
    public void whenResumed(Consumer<QueueKey> action) {
        whenResumed = action;
    }

    private void onChange(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> put(put);
            case Kv.Change.Deleted deleted -> forget(deleted.key());
        }
    }

    private void put(Kv.Change.Put put) {
        try {
            var function = Codec.decode(put.value().bytes(), FunctionRevision.class);
            var before = functionByKey.put(put.key(), function.id());
            var spec = function.spec();
            var last = headByFunction.put(
                    function.id(), new Head(spec.concurrency(), Capacity.of(spec.limits()), function.pauses()));
            if (before != null && !before.equals(function.id())) {
                remove(before);
            }
            if (last != null && last.pauses().isPaused() && !function.pauses().isPaused()) {
                whenResumed.accept(new QueueKey(function.owner(), function.id()));
            }
            listener.onRevision(function, loaded.getCount() == 0);
        } catch (CodecException e) {
            LOG.debug("function record unreadable, limit unknown key={}", put.key(), e);
            forget(put.key());
        }
    }

    private void forget(String key) {
        var function = functionByKey.remove(key);
        if (function != null) {
            remove(function);
        }
    }

    private void remove(String function) {
        headByFunction.remove(function);
        listener.onDeleted(function);
    }

    @Override
    public void close() {
        subscription.close();
    }
}
