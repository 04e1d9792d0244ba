package dev.faas.dispatcher.source;

import dev.faas.dispatcher.source.MessageSubmitter.Result;
import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Delivery;
import dev.faas.nats.DurableReader;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Submits the messages of one source, a batch at a time, on a thread of its own.
 *
 * <pre>
 *   message ─▶ accepted, now or earlier ─▶ acknowledged
 *           ─▶ 429, 503, outcome unknown ─▶ handed back; nothing is pulled until Retry-After
 *           ─▶ another refusal ─▶ terminated, counted, the source is failing
 *           ─▶ no answer ─▶ handed back
 * </pre>
 */
final class SourceRun {
    private static final Duration WAIT = Duration.ofSeconds(2);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration LONGEST_AFTER_FAILURE = Duration.ofSeconds(30);
    private static final int DEFAULT_RETRY_SECONDS = 2;
    private static final Duration NOT_RUNNABLE = Duration.ofSeconds(5);
    private static final Duration LONGEST_OUTAGE = Duration.ofSeconds(30);
    /** So long it stays failing: one bad message after the other is one failure. */
    private static final Duration FAILING = Duration.ofMinutes(1);

    private final String id;
    private final String holder;
    private final SourceStore store;
    private final NamedSubmits submits;
    private final MessageSubmitter submitter;
    private final SourceMeters meters;
    private final DurableReader reader;
    private final RepeatingTask task;
    private volatile int batch;
    private volatile long lag;
    private String progress = "";
    private @Nullable String error;
    private long brokenSince;
    private long failedAt = System.nanoTime() - FAILING.toNanos();

    /** @param reader is closed with it */
    SourceRun(
            SourceStore.Key key,
            String holder,
            SourceStore store,
            NamedSubmits submits,
            DurableReader reader,
            SourceMeters meters) {
        this.id = key.id();
        this.holder = holder;
        this.store = store;
        this.submits = submits;
        this.submitter = new MessageSubmitter(submits);
        this.reader = reader;
        this.meters = meters;
        this.batch = key.maxInFlight();
        this.task = RepeatingTask.startPaced("source " + id, AFTER_FAILURE, LONGEST_AFTER_FAILURE, this::runOnce);
    }

    void setMaxInFlight(int most) {
        batch = most;
    }

    long lag() {
        return lag;
    }

    /** Blocks until the batch of the moment is settled, for some seconds. */
    void stop() throws InterruptedException {
        task.stop();
        reader.close();
    }

    private Duration runOnce() throws Exception {
        try {
            var pause = submitBatch();
            brokenSince = 0;
            return pause;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            long now = System.nanoTime();
            brokenSince = brokenSince == 0 ? now : brokenSince;
            if (now - brokenSince > LONGEST_OUTAGE.toNanos()) {
                noteFailing("The platform cannot read the messages.");
            }
            throw e;
        }
    }

    private Duration submitBatch() throws Exception {
        var deliveries = reader.take(batch, WAIT);
        if (deliveries.isEmpty()) {
            lag = 0;
            noteRunning();
            return Duration.ZERO;
        }
        lag = deliveries.getLast().pending();
        var loaded = Blocking.await(store.load(id, holder));
        if (loaded.isEmpty()) {
            return handBack(deliveries, AFTER_FAILURE);
        }
        var source = loaded.get();
        if (submits.isSuspended(source.owner())) {
            note(SourceStore.WAITING, "The account is disabled.");
            return handBack(deliveries, NOT_RUNNABLE);
        }
        if (source.function().isEmpty()) {
            noteFailing("The function has no such revision.");
            return handBack(deliveries, NOT_RUNNABLE);
        }
        return settle(submitter.submit(source, source.function().get(), deliveries));
    }

    private Duration settle(List<Future<Result>> submitted) throws Exception {
        Blocking.await(Future.join(submitted));
        var results = submitted.stream().map(Future::result).toList();
        var waits = all(results, Result.Waits.class);
        var pause = Duration.ofSeconds(waits.stream()
                .mapToInt(each -> each.problem().retryAfterSeconds().orElse(DEFAULT_RETRY_SECONDS))
                .max()
                .orElse(0));
        await(results.stream().map(result -> reply(result, pause)).toList());
        for (var refused : all(results, Result.Refused.class)) {
            noteFailing(
                    "Message " + refused.delivery().sequence() + " was refused for good: " + text(refused.problem()));
        }
        if (waits.isEmpty()) {
            noteRunning();
            return Duration.ZERO;
        }
        note(SourceStore.WAITING, text(waits.getFirst().problem()));
        // What has arrived meanwhile is handed back: it is not submitted before the pause is over.
        reader.close();
        return pause;
    }

    private static <R extends Result> List<R> all(List<Result> results, Class<R> type) {
        return results.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private CompletableFuture<Void> reply(Result result, Duration pause) {
        return switch (result) {
            case Result.Accepted(var delivery) -> {
                meters.count("accepted");
                yield delivery.ack();
            }
            case Result.Refused(var delivery, var problem) -> {
                meters.count("refused");
                yield delivery.terminate();
            }
            case Result.Waits(var delivery, var problem) -> {
                meters.count("waiting");
                yield delivery.handBack(pause);
            }
            case Result.NoAnswer(var delivery) -> delivery.handBack(AFTER_FAILURE);
        };
    }

    private static String text(Problem problem) {
        return problem.code() + ": " + problem.detail();
    }

    private Duration handBack(List<Delivery> deliveries, Duration pause) throws Exception {
        await(deliveries.stream().map(delivery -> delivery.handBack(pause)).toList());
        reader.close();
        return pause;
    }

    /** Without an answer the message is delivered again, and finds its activation. */
    private static void await(List<CompletableFuture<Void>> replies) throws Exception {
        Blocking.await(CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .handle((done, failure) -> null));
    }

    private void noteFailing(String text) throws Exception {
        failedAt = System.nanoTime();
        note(SourceStore.FAILING, text);
    }

    private void noteRunning() throws Exception {
        if (System.nanoTime() - failedAt >= FAILING.toNanos()) {
            note(SourceStore.RUNNING, null);
        }
    }

    private void note(String now, @Nullable String text) throws Exception {
        if (!progress.equals(now) || !Objects.equals(error, text)) {
            Blocking.await(store.note(id, holder, now, text));
            progress = now;
            error = text;
        }
    }
}
