package dev.faas.bench.measure;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Report;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Worker;
import dev.faas.nats.Nats;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes ended activations of one function to the event stream, with the same events as real runs. The platform's projector
 * and pruner then copy them to the ledger and remove them from the stream.
 */
public final class FinishedActivations {
    private static final int CONCURRENCY = 256;
    private static final Worker WORKER = new Worker("bench", Ids.activation(Instant.EPOCH));
    private static final String RESULT = "hello, history\n";
    private static final Duration RUN_TIME = Duration.ofMillis(5);
    /** Writing pauses while the event stream has more than this. */
    private static final long MAX_STORED_BYTES = 256L << 20;

    private static final Duration POLL = Duration.ofMillis(100);
    private static final int CHECK_EVERY = 1_000;

    private final ActivationEvents events;
    private final String owner;
    private final FunctionKey function;
    private final FunctionSpec spec;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** @param owner of the function and of all activations */
    public FinishedActivations(Nats nats, String owner, FunctionKey function, FunctionSpec spec) {
        this.events = new ActivationEvents(nats);
        this.owner = owner;
        this.function = function;
        this.spec = spec;
    }

    /** Writes activations and returns the id of every hundredth. Blocks until the last one is stored. */
    public List<String> write(int count) throws Exception {
        var permits = new Semaphore(CONCURRENCY);
        var sampledIds = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            if (i % CHECK_EVERY == 0) {
                awaitStoredBytes(MAX_STORED_BYTES, Duration.ofMinutes(5));
            }
            permits.acquire();
            var id = Ids.activation(now());
            if (i % 100 == 0) {
                sampledIds.add(id);
            }
            var unused = write(id).whenComplete((stored, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                }
                permits.release();
            });
            if (failure.get() != null) {
                break;
            }
        }
        permits.acquire(CONCURRENCY);
        if (failure.get() != null) {
            throw new IllegalStateException("cannot write an activation to the event stream", failure.get());
        }
        return sampledIds;
    }

    private CompletableFuture<?> write(String id) {
        var begun = now();
        var activation = new Activation(
                id,
                owner,
                function,
                spec.image(),
                spec.delivery(),
                spec.limits().timeoutSeconds(),
                spec.retry(),
                begun,
                begun.plusSeconds(spec.queue().ttlSeconds()),
                Map.of(),
                null,
                null);
        var queued = ActivationRecord.accept(activation, new RunSpec(spec, "x"));
        var running = queued.claim(WORKER, Ids.activation(begun), begun);
        var chunk = new OutputChunk(running.runId(), Source.STDOUT, 0, begun, RESULT.getBytes(StandardCharsets.UTF_8));
        return events.accept(queued)
                .thenCompose(accepted -> events.append(running, sequence(accepted)))
                .thenCompose(claimed -> events.appendOutput(id, chunk, 0)
                        .thenCompose(output -> events.append(
                                running.finish(report(begun, output), Duration.ZERO), sequence(claimed))));
    }

    private static long sequence(AppendResult appended) {
        return switch (appended) {
            case AppendResult.Stored(var snapshot) -> snapshot.sequence();
            case AppendResult.Superseded other -> throw new IllegalStateException("sampledIdsbody else has written it");
        };
    }

    private static Report report(Instant begun, long output) {
        return new Report(
                Report.Exit.succeeded(),
                new Report.Usage(begun, begun.plus(RUN_TIME), 1, RUN_TIME.toMillis(), 1L, 1_000L),
                new Report.Output(RESULT, RESULT.length(), false, 0, false, output),
                Report.Container.NONE);
    }

    /** Bytes of all events in the stream. */
    public long storedBytes() throws Exception {
        return events.streamUsage().get(10, TimeUnit.SECONDS).used();
    }

    /** Waits until the event stream has at most this size. */
    public void awaitStoredBytes(long bytes, Duration limit) throws Exception {
        long until = System.nanoTime() + limit.toNanos();
        while (storedBytes() > bytes) {
            if (System.nanoTime() > until) {
                throw new TimeoutException("the event stream still has " + storedBytes() + " bytes after "
                        + limit.toSeconds() + " s, more than " + bytes + ": is the pruner running?");
            }
            Thread.sleep(POLL);
        }
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
