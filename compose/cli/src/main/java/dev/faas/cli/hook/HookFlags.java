package dev.faas.cli.hook;

import dev.faas.cli.definition.FieldFlags;

/** One flag per field of a hook. */
final class HookFlags extends FieldFlags {
    HookFlags() {
        super(HookFields.TABLE);
    }
}
