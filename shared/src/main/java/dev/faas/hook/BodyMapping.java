package dev.faas.hook;

import org.jspecify.annotations.Nullable;

/**
 * What of a body becomes the argument.
 *
 * @param pointer of {@link As#POINTER} only
 * @param fallback the argument where the pointer selects nothing; null: such requests are refused
 */
public record BodyMapping(
        As as, @Nullable String pointer, @Nullable String fallback) {
    public enum As {
        WHOLE,
        POINTER,
        CLOUDEVENT
    }
}
