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
 * A past: activations of one function, each written to the bus with the very events that its run would leave, so that the
 * platform's own projector and pruner bring them into the ledger and off the bus.
 */
public final class FinishedActivations {
    private static final int AT_ONCE = 256;
    private static final Worker WORKER = new Worker("bench", Ids.activation(Instant.EPOCH));
    private static final String RESULT = "hello, history\n";
    private static final Duration RAN = Duration.ofMillis(5);
    /** So much may wait on the bus to be pruned, before more is added. */
    private static final long MOST_ON_THE_BUS = 256L << 20;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final int LOOK_EVERY = 1_000;

    private final ActivationEvents events;
    private final String owner;
    private final FunctionKey function;
    private final FunctionSpec spec;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** @param owner of the function and of all that is made */
    public FinishedActivations(Nats nats, String owner, FunctionKey function, FunctionSpec spec) {
        this.events = new ActivationEvents(nats);
        this.owner = owner;
        this.function = function;
        this.spec = spec;
    }

    /** Makes so many; the ids of every hundredth. Blocks until the last is stored. */
    public List<String> make(int count) throws Exception {
        var places = new Semaphore(AT_ONCE);
        var some = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            if (i % LOOK_EVERY == 0) {
                awaitOnTheBus(MOST_ON_THE_BUS, Duration.ofMinutes(5));
            }
            places.acquire();
            var id = Ids.activation(now());
            if (i % 100 == 0) {
                some.add(id);
            }
            var unused = make(id).whenComplete((stored, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                }
                places.release();
            });
            if (failure.get() != null) {
                break;
            }
        }
        places.acquire(AT_ONCE);
        if (failure.get() != null) {
            throw new IllegalStateException("an activation could not be made", failure.get());
        }
        return some;
    }

    private CompletableFuture<?> make(String id) {
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
            case AppendResult.Superseded other -> throw new IllegalStateException("somebody else has written it");
        };
    }

    private static Report report(Instant begun, long output) {
        return new Report(
                Report.Exit.succeeded(),
                new Report.Usage(begun, begun.plus(RAN), 1, RAN.toMillis(), 1L, 1_000L),
                new Report.Output(RESULT, RESULT.length(), false, 0, false, output),
                null);
    }

    /** Bytes of all events that are there. */
    public long onTheBus() throws Exception {
        return events.streamUsage().get(10, TimeUnit.SECONDS).used();
    }

    /** Waits until there are not more. */
    public void awaitOnTheBus(long bytes, Duration limit) throws Exception {
        long until = System.nanoTime() + limit.toNanos();
        while (onTheBus() > bytes) {
            if (System.nanoTime() > until) {
                throw new TimeoutException("there are still " + onTheBus() + " bytes of events on the bus");
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
