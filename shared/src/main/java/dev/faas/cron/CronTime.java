package dev.faas.cron;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/**
 * A time of a recurrence. Wall times that fall on one instant are one time.
 *
 * @param instant in whole seconds
 * @param local the same instant in the recurrence's zone
 * @param skipped wall times that a change of the clock skips, and that are counted here
 * @param fires false: it has skipped wall times only, and the policy drops them
 * @param repeated its wall time comes again, and does not count then
 */
public record CronTime(
        Instant instant, OffsetDateTime local, List<LocalDateTime> skipped, boolean fires, boolean repeated) {
    private static final int NAMED = 5;

    public CronTime {
        skipped = List.copyOf(skipped);
    }

    /** What a change of the clock does to it, in a sentence. */
    public Optional<String> explanation() {
        if (repeated) {
            return Optional.of(local.toLocalTime() + " comes twice on this day; the first one counts.");
        }
        if (skipped.isEmpty()) {
            return Optional.empty();
        }
        var names =
                String.join(", ", skipped.stream().limit(NAMED).map(this::name).toList());
        int more = skipped.size() - NAMED;
        var subject = names + (more > 0 ? " and " + more + " more" : "");
        var verb = skipped.size() == 1 ? " does not exist" : " do not exist";
        if (!fires) {
            return Optional.of(subject + verb + " in this zone; dst is skip, so nothing runs.");
        }
        return Optional.of(subject + verb + " in this zone; dst is once, so it runs at the first valid time after.");
    }

    /** With its date where the gap takes it to another one. */
    private String name(LocalDateTime wall) {
        return wall.toLocalDate().equals(local.toLocalDate())
                ? wall.toLocalTime().toString()
                : wall.toString();
    }
}
