package dev.faas.cli.definition;

import org.jspecify.annotations.Nullable;

/** A difference of one field, or of one entry of a field with entries by name. Null: it is absent. */
public record Change(
        String path, @Nullable Object from, @Nullable Object to) {}
