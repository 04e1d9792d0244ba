package dev.faas.registry;

import dev.faas.activation.Activation;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Reason;
import dev.faas.activation.Report;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.nats.Nats;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the events of one activation like a gateway and a spawner. */
public final class Story {
    static final Worker WORKER = new Worker("spawner-of-the-test", "1");

    final Activation activation;
    final RunSpec order;
    private final ActivationEvents events;
    private Snapshot last;
    private long lastOutput;
    private final Map<String, Long> written = new HashMap<>();

    private Story(ActivationEvents events, Activation activation, RunSpec order) {
        this.events = events;
        this.activation = activation;
        this.order = order;
    }

    public static Activation activation(
            String owner, String functionId, String functionName, Instant submittedAt, Map<String, String> tags) {
        return activation(owner, functionId, functionName, submittedAt, Duration.ofDays(1), tags);
    }

    static Activation activation(
            String owner,
            String functionId,
            String functionName,
            Instant submittedAt,
            Duration ttl,
            Map<String, String> tags) {
        var at = submittedAt.truncatedTo(ChronoUnit.MILLIS);
        return new Activation(
                Ids.activation(at),
                owner,
                new Activation.FunctionKey(functionId, functionName, 1),
                "image:1",
                FunctionSpec.Delivery.AT_LEAST_ONCE,
                300,
                new FunctionSpec.Retry(3, 1, FunctionSpec.Retry.DEFAULT.on()),
                at,
                at.plus(ttl),
                tags,
                null,
                null);
    }

    public static Story accepted(Nats bus, Activation activation, String argument) {
        var spec = FunctionSpec.of(activation.function().name(), activation.image());
        var story = new Story(new ActivationEvents(bus), activation, new RunSpec(spec, argument));
        story.store(ActivationRecord.accept(activation, story.order), 0);
        return story;
    }

    public String id() {
        return activation.id();
    }

    ActivationRecord record() {
        return last.record();
    }

    long sequence() {
        return last.sequence();
    }

    /** Reads the state that others have written. */
    Story refreshed() {
        last = events.lastFromLeader(id()).join().orElseThrow();
        return this;
    }

    Story claimed(String runId) {
        return claimed(runId, WORKER);
    }

    Story claimed(String runId, Worker worker) {
        var queued = (ActivationRecord.Queued) last.record();
        return store(queued.claim(worker, runId, Instant.now().truncatedTo(ChronoUnit.MILLIS)), last.sequence());
    }

    /** Writes chunks of at most 64 KiB. */
    Story wrote(String runId, Source source, byte[] bytes) {
        for (int from = 0; from < bytes.length; from += OutputChunk.MAX_BYTES) {
            var piece = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + OutputChunk.MAX_BYTES));
            long offset = written.getOrDefault(runId + source, 0L);
            lastOutput = events.appendOutput(id(), new OutputChunk(runId, source, offset, Instant.now(), piece))
                    .join();
            written.put(runId + source, offset + piece.length);
        }
        return this;
    }

    Story wrote(String runId, Source source, String text) {
        return wrote(runId, source, text.getBytes(StandardCharsets.UTF_8));
    }

    Story succeeded(@Nullable String inlineResult, long resultBytes, long logBytes) {
        return succeeded(inlineResult, resultBytes, logBytes, Instant.now());
    }

    Story succeeded(@Nullable String inlineResult, long resultBytes, long logBytes, Instant at) {
        var running = (ActivationRecord.Running) last.record();
        var now = at.truncatedTo(ChronoUnit.MILLIS);
        var report = new Report(
                Report.Exit.succeeded(),
                new Report.Usage(running.claimedAt(), now, 1, 2, 3L, 1024L),
                new Report.Output(inlineResult, resultBytes, false, logBytes, false, lastOutput),
                Report.Container.NONE);
        return store(running.finish(report, Duration.ZERO), last.sequence());
    }

    /** Its next attempt is due after a back-off. */
    Story failed(Duration backoff) {
        var running = (ActivationRecord.Running) last.record();
        var report = Report.withoutOutcome(
                Status.FAILED, Reason.EXIT_CODE, "failed", Instant.now().truncatedTo(ChronoUnit.MILLIS));
        return store(running.finish(report, backoff), last.sequence());
    }

    private Story store(ActivationRecord next, long expected) {
        if (!(events.append(next, expected).join() instanceof AppendResult.Stored(var snapshot))) {
            throw new AssertionError("somebody else has written the state of " + id());
        }
        last = snapshot;
        return this;
    }
}
