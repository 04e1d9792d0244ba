package dev.faas.spawner.engine;

import dev.faas.wire.Capacity;

/**
 * Describes the machine that containers run on.
 *
 * @param daemon id of the container daemon: spawners with the same share the machine
 * @param capacity all that the machine has
 */
public record EngineHost(String daemon, Capacity capacity) {}
