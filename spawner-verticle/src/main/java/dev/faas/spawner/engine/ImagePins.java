package dev.faas.spawner.engine;

import dev.faas.wire.ImagePin;
import java.util.Optional;

/** Pins each function revision to one image, for all spawners of the platform. Methods block up to a limit. */
public interface ImagePins {

    /** Empty if the revision is not pinned yet. */
    Optional<ImagePin> find(String revision) throws EngineFault;

    /** Pins the revision unless it is pinned; returns the pin that holds. A proven pin replaces one that is not. */
    ImagePin pin(String revision, ImagePin found) throws EngineFault;
}
