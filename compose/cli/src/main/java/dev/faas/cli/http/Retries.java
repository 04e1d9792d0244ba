package dev.faas.cli.http;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Decides how long to wait before the next try, and when to stop. */
public final class Retries {
    private static final long FIRST_MS = 200;
    private static final long LONGEST_MS = 5_000;

    private long deadline;
    private final Duration limit;
    private int tries;

    /** @param limit from now, or from the latest {@link #succeeded} */
    public Retries(Duration limit) {
        this.limit = limit;
        this.deadline = System.nanoTime() + limit.toNanos();
    }

    /** Waits before the next try.
     *
     * @param atLeast what the server asked for; zero when it did not
     * @return false, at once, when the time is over
     */
    public boolean pause(Duration atLeast) throws InterruptedException {
        long backoff = Math.min(LONGEST_MS, FIRST_MS << Math.min(tries, 10));
        tries++;
        long wait = Math.max(
                atLeast.toMillis(), backoff / 2 + ThreadLocalRandom.current().nextLong(backoff / 2 + 1));
        if (System.nanoTime() + Duration.ofMillis(wait).toNanos() > deadline) {
            return false;
        }
        Thread.sleep(wait);
        return true;
    }

    Duration left() {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    public int tries() {
        return tries;
    }

    /** There was contact: the limit counts anew. */
    public void succeeded() {
        tries = 0;
        deadline = System.nanoTime() + limit.toNanos();
    }
}
