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

/** Stores revision pins in KV {@code IMAGES}, which all spawners share. A pin is cached, since it hardly ever changes. Thread-safe. */
final class RevisionPins implements ImagePins {
    private final Kv bucket;
    private final Map<String, ImagePin> cache = new ConcurrentHashMap<>();

    RevisionPins(Kv bucket) {
        this.bucket = bucket;
    }

    @Override
    public Optional<ImagePin> find(String revision) throws EngineFault {
        var cached = cache.get(revision);
        return cached == null ? read(revision) : Optional.of(cached);
    }

    @Override
    public ImagePin pin(String revision, ImagePin found) throws EngineFault {
        try {
            await(revision, bucket.create(ImagePin.key(revision), Codec.encode(found)));
            cache.put(revision, found);
            return found;
        } catch (CompareAndSetRefused e) {
            return agree(revision, found);
        }
    }

    /** The stored one, unless it is not proven and the new one is. */
    private ImagePin agree(String revision, ImagePin found) throws EngineFault {
        var stored = await(revision, bucket.get(ImagePin.key(revision)))
                .orElseThrow(
                        () -> new EngineFault("the image pin of " + revision + " existed and then was missing", null));
        var agreed = decode(revision, stored);
        if (found.proven() && !agreed.proven()) {
            try {
                await(revision, bucket.update(ImagePin.key(revision), Codec.encode(found), stored.revision()));
                agreed = found;
            } catch (CompareAndSetRefused e) {
                return agree(revision, found); // another spawner has replaced it
            }
        }
        cache.put(revision, agreed);
        return agreed;
    }

    /** The function was deleted. */
    void forget(String functionId) {
        cache.keySet().removeIf(revision -> revision.startsWith(functionId + "@"));
    }

    private Optional<ImagePin> read(String revision) throws EngineFault {
        var stored = await(revision, bucket.get(ImagePin.key(revision)));
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        var pin = decode(revision, stored.get());
        cache.put(revision, pin);
        return Optional.of(pin);
    }

    private static ImagePin decode(String revision, Kv.Change.Put stored) throws EngineFault {
        try {
            return Codec.decode(stored.value().bytes(), ImagePin.class);
        } catch (CodecException e) {
            throw new EngineFault("the image pin of " + revision + " is unreadable", e);
        }
    }

    private static <T> T await(String revision, CompletableFuture<T> request) throws EngineFault {
        try {
            return Blocking.awaitReply(request);
        } catch (CompareAndSetRefused e) {
            throw e;
        } catch (BusException e) {
            throw new EngineFault(
                    "the image pin of " + revision + " could not be read or stored: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted while the image pin of " + revision + " was read or stored", e);
        }
    }
}
