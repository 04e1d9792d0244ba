package dev.faas.dispatcher.tick;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Bounds what one turn computes and stores: it runs on an event loop, with the rows of up to 500 schedules locked. After an outage
 * a schedule of every second has thousands of times. What is left comes in a later turn.
 */
final class Budget {
    /** About 50 ms. */
    static final int TIMES = 20_000;

    static final int ROWS = 2_000;

    private final Set<String> left = new HashSet<>();
    private int times;
    private int rows;

    /** @param left schedules about which nothing is decided in this turn */
    record Spent(List<Decision> decisions, Set<String> left) {}

    private Budget() {}

    /** In the order of the schedules. One about which nothing can be decided is in neither. */
    static Spent spend(List<DueSchedule> schedules, Function<DueSchedule, Decision> decide) {
        var budget = new Budget();
        var decisions =
                ReadableRows.map(schedules, DueSchedule::id, schedule -> budget.decide(schedule, decide)).stream()
                        .flatMap(Optional::stream)
                        .toList();
        return new Spent(decisions, budget.left);
    }

    private Optional<Decision> decide(DueSchedule schedule, Function<DueSchedule, Decision> decide) {
        if (times >= TIMES || rows >= ROWS) {
            left.add(schedule.id());
            return Optional.empty();
        }
        var decision = decide.apply(schedule);
        times += decision.times();
        rows += decision.added().size() + decision.changed().size();
        return Optional.of(decision);
    }
}
