package dev.faas.cli.source;

import dev.faas.cli.definition.FieldFlags;

/** One flag per field of a source. */
final class SourceFlags extends FieldFlags {
    SourceFlags() {
        super(SourceFields.TABLE);
    }
}
