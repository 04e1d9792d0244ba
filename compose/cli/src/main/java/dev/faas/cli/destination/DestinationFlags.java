package dev.faas.cli.destination;

import dev.faas.cli.definition.FieldFlags;

/** One flag per field of a destination. */
final class DestinationFlags extends FieldFlags {
    DestinationFlags() {
        super(DestinationFields.TABLE);
    }
}
