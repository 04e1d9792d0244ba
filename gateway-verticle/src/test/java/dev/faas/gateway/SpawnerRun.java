package dev.faas.gateway;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Reason;
import dev.faas.activation.Report;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.nats.BusException;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionSpec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes one run into the event stream like a spawner. */
final class SpawnerRun {
    private final ActivationEvents events;
    private final Map<Source, ByteArrayOutputStream> written = new EnumMap<>(Source.class);
    private final ActivationRecord.Running running;
    private long state;
    private @Nullable String modeFallback;
    private long lastOutput;

    private SpawnerRun(ActivationEvents events, ActivationRecord.Running running, long state) {
        this.events = events;
        this.running = running;
        this.state = state;
        for (var source : Source.values()) {
            written.put(source, new ByteArrayOutputStream());
        }
    }

    static SpawnerRun claim(ActivationEvents events, String id) {
        var queued = retrying(() -> events.lastFromLeader(id)).orElseThrow();
        var running = ((ActivationRecord.Queued) queued.record())
                .claim(new Worker("spawner-1", "1"), UUID.randomUUID().toString(), Instant.now());
        return new SpawnerRun(events, running, stored(() -> events.append(running, queued.sequence())));
    }

    private static long stored(Supplier<CompletionStage<AppendResult>> append) {
        return ((AppendResult.Stored) retrying(append)).snapshot().sequence();
    }

    /** Retries while NATS is unreachable. */
    private static <T> T retrying(Supplier<CompletionStage<T>> write) {
        var stored = new AtomicReference<T>();
        Await.until("a write to NATS", () -> {
            try {
                stored.set(Await.await(write.get()));
                return true;
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof BusException)) {
                    throw e;
                }
                return false;
            }
        });
        return stored.get();
    }

    String id() {
        return running.id();
    }

    String runId() {
        return running.runId();
    }

    SpawnerRun out(String text) {
        return write(Source.STDOUT, text.getBytes(StandardCharsets.UTF_8));
    }

    SpawnerRun err(String text) {
        return write(Source.STDERR, text.getBytes(StandardCharsets.UTF_8));
    }

    SpawnerRun write(Source source, byte[] bytes) {
        chunk(running.runId(), source, written.get(source).size(), bytes);
        written.get(source).writeBytes(bytes);
        return this;
    }

    /** Writes any chunk, such as one of another run. */
    long chunk(String runId, Source source, long offset, byte[] bytes) {
        var chunk = new OutputChunk(runId, source, offset, Instant.now(), bytes);
        lastOutput = retrying(() -> events.appendOutput(id(), chunk));
        return lastOutput;
    }

    SpawnerRun withModeFallback(String reason) {
        modeFallback = reason;
        return this;
    }

    Snapshot succeed() {
        return end(Status.SUCCEEDED, null, 0);
    }

    Snapshot fail(int exitCode) {
        return end(Status.FAILED, Reason.EXIT_CODE, exitCode);
    }

    void handBack() {
        var handedBack = running.handBack(Reason.WORKER_LOST, "gone", Instant.now());
        stored(() -> events.append(handedBack, state));
    }

    private Snapshot end(Status status, Reason reason, int exitCode) {
        var result = written.get(Source.STDOUT).toByteArray();
        var report = new Report(
                new Report.Exit(status, reason, null, exitCode, null, 0),
                new Report.Usage(running.claimedAt(), Instant.now(), 2, 40, 3L, 1200L),
                new Report.Output(
                        inline(result),
                        result.length,
                        false,
                        written.get(Source.STDERR).size(),
                        false,
                        lastOutput),
                new Report.Container("sha256:0", FunctionSpec.Mode.ISOLATED, modeFallback));
        var next = running.finish(report, Duration.ofSeconds(1));
        state = stored(() -> events.append(next, state));
        return new Snapshot(next, state);
    }

    private static String inline(byte[] result) {
        if (result.length > Report.INLINE_BYTES) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(result))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
