package dev.faas.dispatcher.job;

import dev.faas.job.Job;
import dev.faas.wire.Ids;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/**
 * A job that this dispatcher has for a while.
 *
 * @param lease until when; tells whether it still has it
 * @param page what an earlier claim left; empty: the next page begins
 * @param seed of the batch of what it submits; empty: it submits nothing
 */
record ClaimedJob(Job job, OffsetDateTime lease, List<Item> page, Cursor cursor, Buffer seed) {
    /** The ledger may drop records a day after their end: then an id of a page may not be accepted again. */
    private static final Duration LONGEST = Duration.ofHours(23);

    /** @param index in the batch of what the job submits */
    record Item(String id, int index) {}

    /** @param hiddenUntil what ended before is not in its pages */
    record Cursor(String afterId, int nextIndex, Instant hiddenUntil) {}

    String id() {
        return job.id();
    }

    boolean isTooOld() {
        return Ids.timeOfJob(job.id()).plus(LONGEST).isBefore(Instant.now());
    }

    /** What cannot be done now is given up. */
    boolean isHurried() {
        return job.isStopping() || isTooOld();
    }
}
