package dev.faas.spawner;

import java.time.Instant;
import java.util.Optional;

/**
 * A container of this platform, as the reaper sees it.
 *
 * @param spawner which spawner made it
 * @param incarnation which life of that spawner; an earlier one's containers are orphans
 * @param activation what runs in it, once that is known
 */
record OwnContainer(
        String id,
        String spawner,
        String incarnation,
        String revision,
        Optional<String> activation,
        Instant createdAt) {}
