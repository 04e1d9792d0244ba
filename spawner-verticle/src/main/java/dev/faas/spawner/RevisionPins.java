package dev.faas.spawner;

import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.nats.BusException.CompareAndSetRefused;
import dev.faas.nats.Kv;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.ImagePins;
import dev.faas.wire.Codec;
import dev.faas.wire.Codec.CodecException;
import dev.faas.wire.ImagePin;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The bucket IMAGES, which all spawners share. A pin never changes, so it is asked for once. Thread-safe. */
final class RevisionPins implements ImagePins {
    private final Kv bucket;
    private final Map<String, ImagePin> known = new ConcurrentHashMap<>();

    RevisionPins(Kv bucket) {
        this.bucket = bucket;
    }

    @Override
    public Optional<ImagePin> find(String revision) throws EngineFault {
        var here = known.get(revision);
        return here == null ? asked(revision) : Optional.of(here);
    }

    @Override
    public ImagePin pin(String revision, ImagePin found) throws EngineFault {
        try {
            answer(revision, bucket.create(ImagePin.key(revision), Codec.encode(found)));
            known.put(revision, found);
            return found;
        } catch (CompareAndSetRefused e) {
            return asked(revision)
                    .orElseThrow(() -> new EngineFault("the pin of " + revision + " was there and is gone", e));
        }
    }

    /** The function is gone, and its pins with it. */
    void forget(String functionId) {
        known.keySet().removeIf(revision -> revision.startsWith(functionId + "@"));
    }

    private Optional<ImagePin> asked(String revision) throws EngineFault {
        try {
            var found = answer(revision, bucket.get(ImagePin.key(revision)))
                    .map(put -> Codec.decode(put.value().bytes(), ImagePin.class));
            found.ifPresent(pin -> known.put(revision, pin));
            return found;
        } catch (CodecException e) {
            throw new EngineFault("what " + revision + " is pinned to cannot be read", e);
        }
    }

    private static <T> T answer(String revision, CompletableFuture<T> request) throws EngineFault {
        try {
            return Blocking.answer(request);
        } catch (CompareAndSetRefused e) {
            throw e;
        } catch (BusException e) {
            throw new EngineFault("what the image of " + revision + " is could not be agreed on: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted while the image of " + revision + " was agreed on", e);
        }
    }
}
