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
 * Submits at a fixed rate, also during faults. Every other submit has an Idempotency-Key and is repeated until it is accepted;
 * the others are sent once.
 */
final class Load implements AutoCloseable {
    private static final List<LoadFunction> KINDS = List.of(LoadFunction.values());
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration LAST_TRIES = Duration.ofSeconds(60);

    private final LoadClient client;
    private final String marker;
    private final Duration every;
    private final Queue<AcceptedSubmit> accepted = new ConcurrentLinkedQueue<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final long startNanos = System.nanoTime();
    private volatile long endNanos;

    private Load(LoadClient client, String marker, Duration every) {
        this.client = client;
        this.marker = marker;
        this.every = every;
    }

    /**
     * @param marker the prefix of every argument, unique to this load
     * @param every interval of submits
     */
    static Load start(LoadClient client, String marker, Duration every) {
        var load = new Load(client, marker, every);
        load.threads.execute(load::submitRepeatedly);
        return load;
    }

    private void submitRepeatedly() {
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

    private void submit(LoadFunction kind, String argument, String key) {
        try {
            while (!accepted(kind, argument, key) && !key.isEmpty() && !isTimeUp()) {
                Pause.of(RETRY_AFTER);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isTimeUp() {
        return stopping.getCount() == 0 && System.nanoTime() - endNanos > LAST_TRIES.toNanos();
    }

    private boolean accepted(LoadFunction kind, String argument, String key) throws InterruptedException {
        try {
            var answer = client.submit(kind.function(), argument, key);
            if (answer.status() != 202) {
                return false;
            }
            var id = answer.body().path("activationId").asText();
            accepted.add(new AcceptedSubmit(id, kind, argument, key, System.nanoTime()));
            first.countDown();
            return true;
        } catch (IOException | CodecException e) {
            // No complete response: it may have been accepted or not.
            return false;
        }
    }

    void awaitFirst(Duration limit) throws IOException, InterruptedException {
        if (!first.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("nothing was accepted within " + limit.toSeconds() + " s");
        }
    }

    /** Sends no more submits, and waits for the open responses. */
    void stop() throws InterruptedException {
        endNanos = System.nanoTime();
        stopping.countDown();
        threads.shutdown();
        if (!threads.awaitTermination(2 * LAST_TRIES.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("submits that do not end");
        }
    }

    List<AcceptedSubmit> accepted() {
        return List.copyOf(accepted);
    }

    List<String> acceptedIds() {
        return accepted.stream().map(AcceptedSubmit::id).toList();
    }

    /** The longest time without an acceptance, until the stop. */
    Duration longestGap() {
        var moments = LongStream.concat(
                        LongStream.of(startNanos, endNanos),
                        accepted.stream().mapToLong(AcceptedSubmit::atNanos).filter(at -> at <= endNanos))
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
