package dev.faas.spawner;

import dev.faas.nats.Kv;
import dev.faas.nats.Nats.Subscription;
import dev.faas.wire.Codec;
import dev.faas.wire.Codec.CodecException;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects.QueueKey;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much each function may run at once, as the registry has written it last. Thread-safe. */
final class FunctionLimits implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionLimits.class);

    private final Map<String, Integer> byFunction = new ConcurrentHashMap<>();
    private final Map<String, String> functionByKey = new ConcurrentHashMap<>();
    private final Subscription subscription;

    private FunctionLimits(Kv functions) throws IOException, InterruptedException {
        subscription = functions.watch(this::changed, () -> {});
    }

    /** Follows KV {@code FUNCTIONS}. Blocks for the set-up. */
    static FunctionLimits follow(Kv functions) throws IOException, InterruptedException {
        return new FunctionLimits(functions);
    }

    /** Empty for a function not heard of (yet, or any more). */
    OptionalInt of(QueueKey key) {
        var limit = byFunction.get(key.function());
        return limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
    }

    private void changed(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> put(put);
            case Kv.Change.Deleted deleted -> forget(deleted.key());
        }
    }

    private void put(Kv.Change.Put put) {
        try {
            var function = Codec.decode(put.value().bytes(), FunctionRevision.class);
            var before = functionByKey.put(put.key(), function.id());
            byFunction.put(function.id(), function.spec().concurrency());
            if (before != null && !before.equals(function.id())) {
                byFunction.remove(before);
            }
        } catch (CodecException e) {
            LOG.debug("function {} cannot be read: its limit is unknown here", put.key(), e);
            forget(put.key());
        }
    }

    private void forget(String key) {
        var function = functionByKey.remove(key);
        if (function != null) {
            byFunction.remove(function);
        }
    }

    @Override
    public void close() {
        subscription.close();
    }
}
