package dev.faas.system.faults;

import dev.faas.testing.Pause;
import dev.faas.wire.Codec.CodecException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * Submits that go on at the same rate whatever becomes of them. Every other one has an Idempotency-Key and is sent again until
 * it is accepted; those without are sent once.
 */
final class Load implements AutoCloseable {
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final Duration LAST_TRIES = Duration.ofSeconds(60);

    private final LoadClient customer;
    private final String marker;
    private final Duration every;
    private final Queue<Submitted> accepted = new ConcurrentLinkedQueue<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final long startNanos = System.nanoTime();
    private volatile long endNanos;

    private Load(LoadClient customer, String marker, Duration every) {
        this.customer = customer;
        this.marker = marker;
        this.every = every;
    }

    /**
     * @param marker what every argument begins with, and no other load's
     * @param every from one submit to the next
     */
    static Load start(LoadClient customer, String marker, Duration every) {
        var load = new Load(customer, marker, every);
        load.threads.execute(load::goOn);
        return load;
    }

    private void goOn() {
        try {
            for (int i = 0; !stopping.await(every.toMillis(), TimeUnit.MILLISECONDS); i++) {
                var kind = KINDS.get(i % KINDS.size());
                var argument = marker + kind.function() + "-" + i;
                var key = i % 2 == 0 ? argument : "";
                threads.execute(() -> submit(kind, argument, key));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void submit(Kind kind, String argument, String key) {
        try {
            while (!accepted(kind, argument, key) && !key.isEmpty() && !over()) {
                Pause.of(AGAIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean over() {
        return stopping.getCount() == 0 && System.nanoTime() - endNanos > LAST_TRIES.toNanos();
    }

    private boolean accepted(Kind kind, String argument, String key) throws InterruptedException {
        try {
            var answer = customer.submit(kind.function(), argument, key);
            if (answer.status() != 202) {
                return false;
            }
            var id = answer.body().path("activationId").asText();
            accepted.add(new Submitted(id, kind, argument, key, System.nanoTime()));
            first.countDown();
            return true;
        } catch (IOException | CodecException e) {
            // No answer, or half of one: it may have been accepted or not.
            return false;
        }
    }

    void awaitFirst(Duration limit) throws IOException, InterruptedException {
        if (!first.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("nothing was accepted within " + limit.toSeconds() + " s");
        }
    }

    /** No new ones; returns when those on their way have been answered. */
    void stop() throws InterruptedException {
        endNanos = System.nanoTime();
        stopping.countDown();
        threads.shutdown();
        if (!threads.awaitTermination(2 * LAST_TRIES.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("submits that do not end");
        }
    }

    List<Submitted> accepted() {
        return List.copyOf(accepted);
    }

    /** The longest time in which nothing was accepted, until it was stopped. */
    Duration longestGap() {
        var moments = LongStream.concat(
                        LongStream.of(startNanos, endNanos),
                        accepted.stream().mapToLong(Submitted::atNanos).filter(at -> at <= endNanos))
                .sorted()
                .toArray();
        long longest = 0;
        for (int i = 1; i < moments.length; i++) {
            longest = Math.max(longest, moments[i] - moments[i - 1]);
        }
        return Duration.ofNanos(longest);
    }

    @Override
    public void close() {
        stopping.countDown();
        threads.shutdownNow();
    }
}
