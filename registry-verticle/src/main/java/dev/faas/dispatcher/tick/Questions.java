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
        return inTurns(alive.stream().map(Questions::fired).toList(), MOST);
    }

    /** The first of each list, then the second, up to so many. */
    static List<String> inTurns(List<List<String>> lists, int most) {
        var taken = new ArrayList<String>();
        int longest = lists.stream().mapToInt(List::size).max().orElse(0);
        for (int i = 0; i < longest && taken.size() < most; i++) {
            for (var list : lists) {
                if (i < list.size() && taken.size() < most) {
                    taken.add(list.get(i));
                }
            }
        }
        return taken;
    }

    private static List<String> fired(List<TickRow> ticks) {
        return ticks.stream()
                .filter(tick -> tick.outcome() == TickOutcome.FIRED)
                .limit(MOST_OF_ONE)
                .map(tick -> Objects.requireNonNull(tick.activationId()))
                .toList();
    }
}
