package dev.faas.registry.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** How finely time is divided. */
final class StatSteps {
    static final int MINUTE = 60;
    static final int HOUR = 3_600;
    /** Steps of rows, in seconds. */
    static final List<Integer> STORED = List.of(MINUTE, HOUR);

    /** Steps that can be asked for. */
    static final List<Integer> OFFERED = List.of(MINUTE, 300, 900, HOUR, 86_400);

    static final Duration MINUTES_KEPT = Duration.ofHours(25);
    static final Duration HOURS_KEPT = Duration.ofDays(90);
    static final int MOST_BY_DEFAULT = 360;

    private StatSteps() {}

    static Instant begin(Instant time, int step) {
        return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), step) * step);
    }

    /** Of the rows from which it is summed up. */
    static int stored(int offered) {
        return offered < HOUR ? MINUTE : HOUR;
    }

    /** The finest one that is kept and gives no more than so many points. */
    static int chooseFor(Instant since, Instant until, Instant now, int most) {
        long seconds = Duration.between(since, until).toSeconds();
        boolean hasMinutes = !since.isBefore(now.minus(MINUTES_KEPT));
        return OFFERED.stream()
                .filter(step -> (hasMinutes || step >= HOUR) && seconds <= (long) step * most)
                .findFirst()
                .orElse(OFFERED.getLast());
    }
}
