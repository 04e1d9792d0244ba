package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.FakeProcess;
import dev.faas.spawner.engine.FakeProgram;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A program whose runs wait at a gate, then write "through" and exit 0. */
final class Gate implements FakeProgram {
    private final AtomicInteger runs = new AtomicInteger();
    private final Semaphore begun = new Semaphore(0);
    private final CountDownLatch opened = new CountDownLatch(1);

    @Override
    public int run(FakeProcess process) throws InterruptedException {
        runs.incrementAndGet();
        begun.release();
        opened.await();
        process.stdout("through");
        return 0;
    }

    /** Waits until so many more runs have begun. */
    void awaitBegun(int more) throws InterruptedException {
        assertThat(begun.tryAcquire(more, 30, TimeUnit.SECONDS)).isTrue();
    }

    /** Opens the gate for all runs, including later ones. */
    void open() {
        opened.countDown();
    }

    /** Runs that have begun. */
    int runs() {
        return runs.get();
    }
}
