package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import dev.faas.cli.output.Durations;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a call is to begin.
 *
 * @param seconds 0: it does not say
 */
record Due(long seconds, @Nullable Instant time) {
    static final Due NOW = new Due(0, null);

    private static final Duration LONGEST = Duration.ofDays(7);

    /** Of {@code --delay} and {@code --not-before}. */
    static Due of(@Nullable String delay, @Nullable String notBefore) {
        if (delay != null && notBefore != null) {
            throw Failure.usage("--delay and --not-before exclude each other");
        }
        if (delay != null) {
            var length = Durations.parse("--delay", delay);
            if (length.compareTo(LONGEST) > 0) {
                throw Failure.usage("--delay: at most 7d");
            }
            return new Due(Math.ceilDiv(length.toMillis(), 1_000L), null);
        }
        if (notBefore == null) {
            return NOW;
        }
        if (Durations.isDuration(notBefore)) {
            throw Failure.usage(
                    "--not-before: '%s' is not a time".formatted(notBefore), "For a duration: --delay " + notBefore);
        }
        return new Due(0, Durations.parseTime("--not-before", notBefore));
    }

    void addTo(Doc body) {
        if (time != null) {
            body.with("notBefore", time.toString());
        } else if (seconds > 0) {
            body.with("delaySeconds", seconds);
        }
    }
}
