package dev.faas.schedule;

import dev.faas.cron.CronTime;
import dev.faas.cron.Recurrence;
import dev.faas.schedule.ScheduleSpec.When;
import dev.faas.wire.Sha256;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The nominal times of a schedule between its start and its end, and when each is due. Immutable. */
public final class ScheduleTimes {
    private static final int MILLIS = 1_000;

    private final String id;
    private final When when;
    private final int jitterSeconds;
    private final ZoneId zone;
    private final @Nullable Recurrence recurrence;

    /**
     * Fails with {@link dev.faas.cron.CronException}.
     *
     * @param createdAt a period counts from its start, else from then
     */
    public ScheduleTimes(String id, ScheduleSpec spec, Instant createdAt) {
        this.id = id;
        this.when = spec.when();
        this.jitterSeconds = spec.rules().jitterSeconds();
        this.zone = Recurrence.zone(when.zone());
        this.recurrence = when.cron() == null
                ? null
                : Recurrence.parse(
                        when.cron(), zone, when.dst(), Objects.requireNonNullElse(when.startAt(), createdAt));
    }

    /** The first time after an instant; empty when there is none any more. */
    public Optional<CronTime> next(Instant after) {
        var start = when.startAt();
        // Inclusive.
        var from = start != null && after.isBefore(start) ? start.minusNanos(1) : after;
        return first(from).filter(time -> when.endAt() == null || time.instant().isBefore(when.endAt()));
    }

    private Optional<CronTime> first(Instant after) {
        if (recurrence != null) {
            return Optional.of(recurrence.next(after));
        }
        var at = Objects.requireNonNull(when.at());
        return at.isAfter(after)
                ? Optional.of(new CronTime(at, at.atZone(zone).toOffsetDateTime(), List.of(), true, false))
                : Optional.empty();
    }

    /** Whether an instant is one of these times, and if so which. */
    public Optional<CronTime> at(Instant instant) {
        return next(instant.minusNanos(1)).filter(time -> time.instant().equals(instant));
    }

    /** The jitter is a hash, so that every process finds the same. Always before the next nominal time. */
    public Instant due(Instant nominal) {
        if (jitterSeconds == 0) {
            return nominal;
        }
        long hash = ByteBuffer.wrap(Sha256.digest(id + "@" + nominal)).getLong();
        long most = (long) jitterSeconds * MILLIS;
        if (recurrence != null) {
            most = Math.min(
                    most,
                    Duration.between(nominal, recurrence.next(nominal).instant())
                            .toMillis());
        }
        return nominal.plusMillis(Math.floorMod(hash, Math.max(1, most)));
    }

    public ZoneId zone() {
        return zone;
    }
}
