package dev.faas.spawner.engine;

import java.time.Instant;

/**
 * Describes a container of this platform to the reaper.
 *
 * @param spawner that created it
 * @param incarnation of that spawner; containers of an earlier one are orphans
 * @param inUse a sandbox of this engine owns it, and will remove it
 */
public record OwnContainer(
        String id, String spawner, String incarnation, String revision, boolean inUse, Instant createdAt) {}
