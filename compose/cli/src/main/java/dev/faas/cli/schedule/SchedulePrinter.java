package dev.faas.cli.schedule;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.TitledLines;
import dev.faas.cli.output.Column;
import java.util.List;

/** How schedules and their ticks look. */
final class SchedulePrinter {
    private static final int NEXT = 3;
    private static final int LAST = 5;

    static final List<Column> COLUMNS = List.of(
            Column.whole("NAME", Field.NAME),
            Column.text("FUNCTION", ScheduleFields.FUNCTION),
            Column.text(
                    "WHEN", schedule -> schedule.find(ScheduleFields.CRON).orElse(schedule.text(ScheduleFields.AT))),
            Column.text("ZONE", ScheduleFields.ZONE),
            Column.text("STATE", "state"),
            Column.end("NEXT", "nextTime"),
            Column.text("NOTE", "note"));

    static final List<Column> TICKS = List.of(
            Column.whole("TIME", "nominalTime"),
            Column.whole("OUTCOME", "outcome"),
            Column.duration("LATE", tick -> tick.findNumber("lateMs")),
            Column.whole("ACTIVATION", "activationId"),
            Column.text("TIMES", tick -> tick.find("count").orElse("")),
            Column.text("EXPLAIN", "explain"));

    private SchedulePrinter() {}

    /** After a change: a note for people, the document for programs. */
    static void written(Session session, Doc schedule, String verb) {
        if (session.output().isForPrograms()) {
            document(session, schedule);
        } else {
            session.output().note("%s %s. %s".formatted(verb, schedule.text(Field.NAME), next(schedule)));
        }
    }

    private static String next(Doc schedule) {
        return schedule.find("nextTime")
                .map(time -> "Its next time is %s.".formatted(time))
                .orElseGet(() -> "It is %s.".formatted(schedule.text("state").replace('_', ' ')));
    }

    static void document(Session session, Doc schedule) {
        session.output().document(schedule, doc -> doc.text(Field.NAME), () -> lines(schedule));
    }

    /** What differs from the defaults, in the words of the flags, and what came and comes. */
    private static List<String> lines(Doc schedule) {
        var lines = new TitledLines()
                .definition(ScheduleFields.TABLE, schedule)
                .add("state", schedule.text("state"))
                .add("id", schedule.text("id"));
        schedule.texts("nextTimes").stream().limit(NEXT).forEach(time -> lines.add("next", time));
        schedule.docs("lastTicks").stream().limit(LAST).forEach(tick -> lines.add("last", sentence(tick)));
        return lines.all();
    }

    static String sentence(Doc tick) {
        return "%s %s %s"
                .formatted(
                        tick.text("nominalTime"),
                        tick.find("outcome").orElse("no tick"),
                        tick.find("activationId").orElse(""))
                .strip();
    }
}
