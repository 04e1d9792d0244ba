package dev.faas.dispatcher.ended;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Ends the pause of a loop early. One call before the pause is enough. */
public final class Wake {
    private final Semaphore calls = new Semaphore(0);

    public void up() {
        calls.release();
    }

    /** Returns after a call, or after the pause. */
    public void sleep(Duration longest) throws InterruptedException {
        if (calls.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
            calls.drainPermits();
        }
    }
}
