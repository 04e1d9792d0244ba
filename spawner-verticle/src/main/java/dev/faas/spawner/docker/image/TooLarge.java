package dev.faas.spawner.docker.image;

import dev.faas.spawner.engine.EngineFault;

/** Thrown when an image takes more of Docker's disk than it may. The message is for the function's owner. */
final class TooLarge extends EngineFault {
    private static final long serialVersionUID = 1;

    TooLarge(String message) {
        super(message, null);
    }
}
