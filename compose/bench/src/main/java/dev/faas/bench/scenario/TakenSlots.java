package dev.faas.bench.scenario;

import dev.faas.bench.spawner.SleepingSpawners;
import dev.faas.lifecycle.RepeatingTask;
import java.time.Duration;

/** Estimates for how long slots are taken, by looking several times a second. Thread-safe. */
final class TakenSlots implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(150);

    private final SleepingSpawners spawners;
    private final RepeatingTask looks;
    private final long begin = System.nanoTime();
    private double taken;
    private int count;

    TakenSlots(SleepingSpawners spawners) {
        this.spawners = spawners;
        this.looks = RepeatingTask.start("taken slots", PAUSE, this::look);
    }

    private void look() throws Exception {
        add(spawners.takenSlots());
    }

    private synchronized void add(double slots) {
        taken += slots;
        count++;
    }

    /** The time of all taken slots since the beginning, in nanoseconds. */
    synchronized double slotNanos() {
        return taken / count * (System.nanoTime() - begin);
    }

    @Override
    public void close() {
        try {
            looks.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
