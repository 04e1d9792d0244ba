package dev.faas.spawner.docker.image;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An image on this host.
 *
 * @param id of its contents; a tag may move, this does not
 * @param digest in the registry it came from
 * @param volumes paths it declares with VOLUME
 */
public record ResolvedImage(
        String id, Optional<String> digest, List<String> entrypoint, List<String> command, Set<String> volumes) {}
