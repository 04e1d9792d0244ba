package dev.faas.spawner.docker;

import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.ImagePins;
import dev.faas.wire.ImagePin;
import java.util.Optional;

/** Finds no pin when it looks, and another's when it writes its own. */
record LatePins(ImagePins others) implements ImagePins {
    @Override
    public Optional<ImagePin> find(String revision) {
        return Optional.empty();
    }

    @Override
    public ImagePin pin(String revision, ImagePin found) throws EngineFault {
        return others.pin(revision, found);
    }
}
