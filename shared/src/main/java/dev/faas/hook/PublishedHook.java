package dev.faas.hook;

import dev.faas.wire.Versioned;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What gateways need to know of a hook, in the bucket HOOKS under its id.
 *
 * @param secrets of signatures, sealed for gateways; null: it has none
 * @param paths of which any is valid
 */
public record PublishedHook(
        String owner,
        Target function,
        HookSpec spec,
        @Nullable SealedSecrets secrets,
        List<PathSecret> paths,
        boolean paused)
        implements Versioned {
    /** @param revision null: the newest */
    public record Target(String id, @Nullable Integer revision) {}

    /**
     * The secret in its address, of which the hash is enough: it has 160 random bits.
     *
     * @param sha256 in hexadecimal digits
     * @param until when it ends; null: it is the newest one
     */
    public record PathSecret(String sha256, @Nullable Instant until) {}

    public PublishedHook {
        paths = List.copyOf(paths);
    }
}
