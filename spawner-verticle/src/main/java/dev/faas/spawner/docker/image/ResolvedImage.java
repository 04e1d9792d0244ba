package dev.faas.spawner.docker.image;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Describes an image on this host.
 *
 * @param id of the content: unlike a tag, it always means the same image
 * @param digest in the registry that the image came from
 * @param volumes the paths of its VOLUME instructions
 * @param user of its USER instruction; empty: root
 * @param setsHome whether its environment has HOME
 */
public record ResolvedImage(
        String id,
        Optional<String> digest,
        List<String> entrypoint,
        List<String> command,
        Set<String> volumes,
        String user,
        boolean setsHome) {}
