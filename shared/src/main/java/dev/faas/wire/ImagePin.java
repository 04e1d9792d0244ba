package dev.faas.wire;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pins the image of a function's revision to what it was at the first boot: the value in KV {@code IMAGES}. The first spawner
 * creates it. It changes at most once: a proven pin replaces one that is not.
 *
 * @param id of the image's contents, on the Docker host of that spawner
 * @param digest in its registry; null when it came from none (built or loaded on that host)
 * @param proven the registry gave the digest as it would give it to the function's owner; false in pins of earlier versions
 */
public record ImagePin(String id, @Nullable String digest, boolean proven) implements Versioned {
    public ImagePin {
        Objects.requireNonNull(id);
    }

    /** The key in KV {@code IMAGES}. */
    public static String key(String functionId, int revision) {
        return functionId + "." + revision;
    }

    /** The same for a revision in the form {@code fn_…@3}. */
    public static String key(String revision) {
        return revision.replace('@', '.');
    }
}
