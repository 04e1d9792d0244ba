package dev.faas.spawner.engine;

import dev.faas.wire.ImagePin;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Pins without a bus: what the engines that it is given to have agreed on. */
public final class MemoryPins implements ImagePins {
    private final Map<String, ImagePin> pins = new ConcurrentHashMap<>();

    @Override
    public Optional<ImagePin> find(String revision) {
        return Optional.ofNullable(pins.get(revision));
    }

    @Override
    public ImagePin pin(String revision, ImagePin found) {
        var before = pins.putIfAbsent(revision, found);
        return before == null ? found : before;
    }
}
