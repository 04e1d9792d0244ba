package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.output.Durations;
import java.util.ArrayList;
import java.util.List;

/** Draws the phases of an activation, one below the other, each bar beginning where the one above ends.
 *
 * @param attempts earlier ones, a line each
 */
record Timeline(List<String> attempts, List<Phase> phases) {
    private static final int LABEL = 7;
    private static final int DURATION = 8;
    private static final int MAX_BAR = 60;

    /** @param isOver whether it goes on */
    private record Phase(String name, long millis, boolean isOver) {}

    static Timeline of(Doc record) {
        return new Timeline(
                record.docs("attempts").stream().map(Timeline::attempt).toList(), phases(record));
    }

    private static String attempt(Doc attempt) {
        var text = new StringBuilder("attempt %s on %s".formatted(attempt.text("attempt"), attempt.text("spawner")));
        attempt.find("reason").ifPresent(reason -> text.append(": ").append(reason));
        attempt.find("exitCode").ifPresent(code -> text.append(", exit code ").append(code));
        attempt.time("startedAt")
                .ifPresent(start -> attempt.time("finishedAt")
                        .ifPresent(end -> text.append(", after ")
                                .append(Durations.render(Math.max(0, end.toEpochMilli() - start.toEpochMilli())))));
        return text.toString();
    }

    private static List<Phase> phases(Doc record) {
        var phases = new ArrayList<Phase>();
        var measured = record.doc("phases");
        add(phases, measured, "queue", "queueMs");
        add(phases, measured, "pull", "pullMs");
        add(phases, measured, "boot", "bootMs");
        add(phases, measured, "run", "runMs");
        if (phases.isEmpty()) {
            ActivationColumns.waited(record).ifPresent(millis -> phases.add(new Phase("queue", millis, false)));
        }
        if (phases.stream().noneMatch(phase -> phase.name().equals("run"))) {
            ActivationColumns.ran(record).ifPresent(millis -> phases.add(new Phase("run", millis, false)));
        }
        return phases;
    }

    private static void add(List<Phase> phases, Doc doc, String name, String field) {
        doc.findNumber(field).ifPresent(millis -> phases.add(new Phase(name, millis, true)));
    }

    List<String> draw(int width, boolean utf8) {
        var lines = new ArrayList<>(attempts);
        long total = Math.max(1, phases.stream().mapToLong(Phase::millis).sum());
        int room = Math.min(MAX_BAR, width - LABEL - DURATION - 1);
        long before = 0;
        for (var phase : phases) {
            int from = (int) (before * room / total);
            before += phase.millis();
            int to = Math.max(from + 1, (int) (before * room / total));
            from = Math.min(from, room - 1);
            to = Math.min(to, room);
            var bar = " ".repeat(from) + (utf8 ? "█" : "#").repeat(to - from) + " ".repeat(room - to);
            lines.add("%-7s%s %7s%s"
                    .formatted(phase.name(), bar, Durations.render(phase.millis()), phase.isOver() ? "" : "…")
                    .stripTrailing());
        }
        return lines;
    }
}
