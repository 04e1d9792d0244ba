package dev.faas.spawner.engine;

import java.time.Instant;

/**
 * A container of this platform, as the reaper sees it.
 *
 * @param spawner which spawner made it
 * @param incarnation which life of that spawner; an earlier one's containers are orphans
 * @param held a sandbox of this engine stands for it, and will remove it
 */
public record OwnContainer(
        String id, String spawner, String incarnation, String revision, boolean inUse, Instant createdAt) {}
