package dev.faas.spawner.engine;

import dev.faas.wire.ImagePin;
import java.util.Optional;

/** What the images of functions' revisions are, the same for every spawner of the platform. Both block, within a limit. */
public interface ImagePins {

    /** Empty until somebody has pinned it. */
    Optional<ImagePin> find(String revision) throws EngineFault;

    /** Pins a revision, unless somebody was faster; what holds from now on. */
    ImagePin pin(String revision, ImagePin found) throws EngineFault;
}
