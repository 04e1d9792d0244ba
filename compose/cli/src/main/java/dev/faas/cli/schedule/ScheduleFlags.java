package dev.faas.cli.schedule;

import dev.faas.cli.definition.FieldFlags;

/** One flag per field of a schedule. */
final class ScheduleFlags extends FieldFlags {
    ScheduleFlags() {
        super(ScheduleFields.TABLE);
    }
}
