package dev.faas.schedule;

import dev.faas.cron.DstPolicy;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Versioned;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes when a schedule submits, under which rules, and what. Its function is named beside it. */
public record ScheduleSpec(String name, When when, Rules rules, Submit submit) implements Versioned {
    /**
     * Either a pattern or one time.
     *
     * @param cron null: there is {@code at}
     * @param zone an IANA name
     * @param startAt inclusive; null: at once
     * @param endAt exclusive; null: never
     */
    public record When(
            @Nullable String cron,
            @Nullable Instant at,
            String zone,
            DstPolicy dst,
            @Nullable Instant startAt,
            @Nullable Instant endAt) {}

    /**
     * @param catchupWindowSeconds a tick that is found later than so long after it was due is missed
     * @param jitterSeconds a tick is due so much later at most
     * @param pauseOnFailure whether an activation that ends without success pauses the schedule
     */
    public record Rules(Overlap overlap, int catchupWindowSeconds, int jitterSeconds, boolean pauseOnFailure) {}

    /** @param timeoutSeconds null: the function's own limit */
    public record Submit(String argument, @Nullable Integer timeoutSeconds, Map<String, String> tags) {
        public Submit {
            Objects.requireNonNull(argument);
            tags = FunctionSpec.sorted(tags);
        }
    }

    public ScheduleSpec {
        Objects.requireNonNull(name);
        if ((when.cron == null) == (when.at == null)) {
            throw new IllegalArgumentException("a schedule has either a pattern or a time");
        }
    }
}
