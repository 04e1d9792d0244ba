package dev.faas.auth.key;

import dev.faas.wire.Codec;
import dev.faas.wire.KeyUses;
import dev.faas.wire.KeyUses.Use;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores which keys were used, of which gateways and registries tell: with one statement at a time, of at most 1,000 keys. What comes
 * while too many keys wait is lost. Thread-safe.
 */
final class KeyUseWriter {
    private static final Logger LOG = LoggerFactory.getLogger(KeyUseWriter.class);
    /** About 2 MB. */
    private static final int MOST_WAITING = 10_000;

    private final Function<List<Use>, Future<Void>> store;
    private final Map<String, Use> waiting = new LinkedHashMap<>();
    private boolean isWriting;

    /** @param store gets each key once */
    KeyUseWriter(Function<List<Use>, Future<Void>> store) {
        this.store = store;
    }

    void accept(byte[] message) {
        try {
            add(Codec.decode(message, KeyUses.class).uses());
        } catch (Codec.CodecException e) {
            LOG.warn("unreadable message about uses of API keys ignored cause={}", e.getMessage());
        }
    }

    private synchronized void add(List<Use> uses) {
        for (var use : uses) {
            if (waiting.size() < MOST_WAITING || waiting.containsKey(use.keyId())) {
                waiting.merge(use.keyId(), use, (one, other) -> other.at().isAfter(one.at()) ? other : one);
            }
        }
        if (!isWriting) {
            writeNext();
        }
    }

    private synchronized void writeNext() {
        var uses = waiting.values().stream().limit(KeyUses.MOST).toList();
        uses.forEach(use -> waiting.remove(use.keyId()));
        isWriting = !uses.isEmpty();
        if (isWriting) {
            Future.succeededFuture(uses)
                    .compose(store)
                    .onFailure(failure -> LOG.warn("uses of API keys not stored cause={}", failure.getMessage()))
                    .onComplete(written -> writeNext());
        }
    }
}
