package dev.faas.wire;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the image of a function's revision was when it was first booted, and stays: the value in KV {@code IMAGES}. Made once
 * ("must not exist"), by whichever spawner comes first.
 *
 * @param id of the contents, on the Docker host of that spawner
 * @param digest in the registry it came from; null when it came from none (built or loaded there)
 */
public record ImagePin(String id, @Nullable String digest) implements Versioned {
    public ImagePin {
        Objects.requireNonNull(id);
    }

    /** The key in KV {@code IMAGES}. */
    public static String key(String functionId, int revision) {
        return functionId + "." + revision;
    }

    /** Likewise, of a revision that is written {@code fn_…@3}. */
    public static String key(String revision) {
        return revision.replace('@', '.');
    }
}
