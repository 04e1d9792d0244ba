package dev.faas.spawner;

import dev.faas.testing.Await;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.consumer.RecordingStream;

/** Counts the virtual threads that were started since it was opened and still live, by events of the JVM. A thread dump, which
 * lists them too, crashes JDK 25.0.3 now and then while threads end.
 */
final class VirtualThreads implements AutoCloseable {
    private final RecordingStream events = new RecordingStream();
    private final AtomicLong alive = new AtomicLong();
    private final AtomicLong flushes = new AtomicLong();

    VirtualThreads() {
        events.enable("jdk.VirtualThreadStart").withoutStackTrace();
        events.enable("jdk.VirtualThreadEnd").withoutStackTrace();
        events.onEvent("jdk.VirtualThreadStart", event -> alive.incrementAndGet());
        events.onEvent("jdk.VirtualThreadEnd", event -> alive.decrementAndGet());
        events.onFlush(flushes::incrementAndGet);
        events.startAsync();
    }

    /** As of now: the flush after the next one, two seconds at most, has everything that happened before the call. */
    long count() {
        long complete = flushes.get() + 2;
        Await.eventually(() -> flushes.get() >= complete);
        return alive.get();
    }

    @Override
    public void close() {
        events.close();
    }
}
