package dev.faas.cli.function;

import dev.faas.cli.definition.FieldFlags;

/** One flag per field of a function. */
final class FunctionFlags extends FieldFlags {
    FunctionFlags() {
        super(FunctionFields.TABLE);
    }
}
