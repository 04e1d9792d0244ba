package dev.faas.spawner.docker;

import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.ImagePins;
import dev.faas.wire.ImagePin;
import java.util.Optional;

/** Shows no pin when read, but an older one when a pin is written. */
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
