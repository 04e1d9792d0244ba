package dev.faas.dispatcher.tick;

import dev.faas.schedule.TickOutcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/** Selects the activations that a turn asks the event stream for. The others count as alive until a later turn. */
final class Questions {
    /** In one turn, while schedules are locked. */
    static final int MOST = 500;

    /** Of one schedule. */
    static final int MOST_OF_ONE = 50;

    private Questions() {}

    /** The oldest ones; each schedule has one question before another one has its second. */
    static List<String> of(Collection<List<TickRow>> alive) {
        var bySchedule = alive.stream().map(Questions::fired).toList();
        var asked = new ArrayList<String>();
        for (int i = 0; i < MOST_OF_ONE; i++) {
            for (var ofOne : bySchedule) {
                if (i < ofOne.size() && asked.size() < MOST) {
                    asked.add(ofOne.get(i));
                }
            }
        }
        return asked;
    }

    private static List<String> fired(List<TickRow> ticks) {
        return ticks.stream()
                .filter(tick -> tick.outcome() == TickOutcome.FIRED)
                .limit(MOST_OF_ONE)
                .map(tick -> Objects.requireNonNull(tick.activationId()))
                .toList();
    }
}
