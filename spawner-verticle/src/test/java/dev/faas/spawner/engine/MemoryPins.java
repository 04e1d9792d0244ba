package dev.faas.spawner.engine;

import dev.faas.wire.ImagePin;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Stores pins in memory, shared by the engines of a test. */
public final class MemoryPins implements ImagePins {
    private final Map<String, ImagePin> pins = new ConcurrentHashMap<>();

    @Override
    public Optional<ImagePin> find(String revision) {
        return Optional.ofNullable(pins.get(revision));
    }

    @Override
    public ImagePin pin(String revision, ImagePin found) {
        return pins.merge(
                revision, found, (before, offered) -> offered.proven() && !before.proven() ? offered : before);
    }
}
