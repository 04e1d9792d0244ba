package dev.faas.registry.secret;

import java.time.Instant;
import java.util.List;

/**
 * A secret, without its value.
 *
 * @param versions that are stored, the newest first
 * @param usedBy names of the owner's functions that name it
 */
record Secret(String name, List<Version> versions, List<String> usedBy) {
    Secret {
        versions = List.copyOf(versions);
        usedBy = List.copyOf(usedBy);
    }

    /** @param createdBy id of the user */
    record Version(int version, Instant createdAt, String createdBy) {}

    Version newest() {
        return versions.getFirst();
    }
}
