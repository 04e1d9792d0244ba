package dev.faas.registry.schedule;

import dev.faas.acceptance.IdempotencyKey;
import dev.faas.schedule.TickKind;
import dev.faas.wire.Ids;
import dev.faas.wire.Sha256;
import java.time.Instant;
import java.util.Optional;

/**
 * A request for ticks, which may be repeated with its key.
 *
 * @param keyed begins the runs of all requests with its key; empty without one
 * @param repeatable begins the runs of its repeats
 * @param run of its ticks: tells those of one time apart
 */
record AskedRequest(TickKind kind, String keyed, String repeatable, String run) {
    private static final int CONTENT_CHARS = 16;

    static AskedRequest of(String scheduleId, TickKind kind, Optional<IdempotencyKey> key, String content) {
        // A key may be used again after a day.
        var unique = Ids.activation(Instant.now());
        if (key.isEmpty()) {
            return new AskedRequest(kind, "", "", unique);
        }
        var keyed = Sha256.hex(scheduleId + " " + key.get().text()) + ".";
        var repeatable = keyed + Sha256.hex(content).substring(0, CONTENT_CHARS) + ".";
        return new AskedRequest(kind, keyed, repeatable, repeatable + unique);
    }

    boolean isRepeatOf(String otherRun) {
        return otherRun.startsWith(repeatable);
    }
}
