package dev.faas.spawner.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Polls conditions that send no signal. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int EVERY_MS = 20;

    /** Whether the condition holds now. */
    public interface Check {
        boolean holds() throws Exception;
    }

    private Eventually() {}

    public static void until(String what, Check condition) throws Exception {
        until(what, LIMIT, condition);
    }

    public static void until(String what, Duration limit, Check condition) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            TimeUnit.MILLISECONDS.sleep(EVERY_MS);
        }
    }
}
