package dev.faas.registry.ledger;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.RunOutput;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.registry.ledger.PayloadArchive.Kind;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Turns states of activations into rows of the ledger, the newest state of each, and copies argument, result and log. */
public final class Projection {
    /** Each needs a few hundred KiB of memory. */
    private static final int COPIES_AT_ONCE = 64;

    /** Gets the states that the ledger has, some of them more than once. */
    @FunctionalInterface
    public interface Feed {
        void publish(Collection<Snapshot> states) throws Exception;
    }

    private final ActivationEvents events;
    private final PayloadArchive archive;
    private final LedgerStore ledger;
    private final Feed feed;
    private final Semaphore copyPermits = new Semaphore(COPIES_AT_ONCE);

    public Projection(ActivationEvents events, PayloadArchive archive, LedgerStore ledger, Feed feed) {
        this.events = events;
        this.archive = archive;
        this.ledger = ledger;
        this.feed = feed;
    }

    /** Writes all states of a batch to the ledger, or none if it fails. Blocks. */
    public void project(Collection<Snapshot> states) throws Exception {
        var newest = newestById(states);
        var ended = newest.values().stream()
                .filter(each -> each.snapshot.record() instanceof ActivationRecord.Ended)
                .map(each -> each.snapshot.record().id())
                .toList();
        // A redelivered end must not be copied again: its output may have been pruned since.
        Map<String, Long> known = ended.isEmpty() ? Map.of() : Blocking.await(ledger.findSequences(ended));
        var work = newest.values().stream()
                .map(each -> (Callable<LedgerEntry>) () -> {
                    var snapshot = each.snapshot;
                    long row = known.getOrDefault(snapshot.record().id(), 0L);
                    boolean isNew = row < snapshot.sequence();
                    return toEntry(snapshot, row == 0 ? findRunSpec(each) : each.runSpec, isNew);
                })
                .toList();
        Blocking.await(ledger.write(runAll(work)));
        feed.publish(states);
    }

    /** @param runSpec if the batch has the accepted event */
    private record Latest(Snapshot snapshot, @Nullable RunSpec runSpec) {
        Latest merge(Latest other) {
            return new Latest(
                    other.snapshot.sequence() > snapshot.sequence() ? other.snapshot : snapshot,
                    runSpec == null ? other.runSpec : runSpec);
        }
    }

    private static Map<String, Latest> newestById(Collection<Snapshot> states) {
        var byId = new LinkedHashMap<String, Latest>();
        states.forEach(state -> {
            var runSpec = state.record() instanceof ActivationRecord.Queued queued ? queued.order() : null;
            byId.merge(state.record().id(), new Latest(state, runSpec), Latest::merge);
        });
        return byId;
    }

    /** Another registry may hold back the accepted event of an end; its argument would be a second version of the row. */
    private @Nullable RunSpec findRunSpec(Latest latest) throws Exception {
        if (latest.runSpec != null || !(latest.snapshot.record() instanceof ActivationRecord.Ended ended)) {
            return latest.runSpec;
        }
        try {
            return Blocking.await(events.runSpec(ended.id())).orElse(null);
        } catch (Codec.CodecException unreadable) {
            return null; // must not stop the end
        }
    }

    private LedgerEntry toEntry(Snapshot snapshot, @Nullable RunSpec runSpec, boolean isNew) throws Exception {
        var id = snapshot.record().id();
        var bytes = runSpec == null ? new byte[0] : Codec.write(runSpec);
        var argument = archive.store(id, Kind.ARGUMENT, bytes);
        return switch (snapshot.record()) {
            case ActivationRecord.Queued queued ->
                withoutOutput(queued.withoutRunSpec(), snapshot, argument, bytes.length);
            case ActivationRecord.Running running -> withoutOutput(running, snapshot, argument, bytes.length);
            case ActivationRecord.Ended ended ->
                isNew
                        ? withOutput(ended, snapshot, argument, bytes.length)
                        : withoutOutput(ended, snapshot, argument, bytes.length);
        };
    }

    private static LedgerEntry withoutOutput(
            ActivationRecord record, Snapshot snapshot, PayloadCopy argument, long argumentBytes) {
        return new LedgerEntry(
                record, snapshot.sequence(), argument, PayloadCopy.NONE, false, PayloadCopy.NONE, argumentBytes);
    }

    private LedgerEntry withOutput(
            ActivationRecord.Ended ended, Snapshot snapshot, PayloadCopy argument, long argumentBytes)
            throws Exception {
        var report = ended.report();
        var text = report.output().result();
        return new LedgerEntry(
                ended.withResult(null),
                snapshot.sequence(),
                argument,
                text == null
                        ? copyOutput(
                                ended,
                                snapshot,
                                Source.STDOUT,
                                Kind.RESULT,
                                report.output().resultBytes())
                        : archive.store(ended.id(), Kind.RESULT, text.getBytes(StandardCharsets.UTF_8)),
                text != null,
                copyOutput(
                        ended,
                        snapshot,
                        Source.STDERR,
                        Kind.LOG,
                        report.output().logBytes()),
                argumentBytes + report.output().resultBytes() + report.output().logBytes());
    }

    /** Copies from the event stream, one chunk in memory at a time. */
    private PayloadCopy copyOutput(
            ActivationRecord.Ended ended, Snapshot snapshot, Source source, Kind kind, long length) throws Exception {
        var runId = ended.runId();
        if (length == 0 || runId == null) {
            return PayloadCopy.NONE;
        }
        copyPermits.acquire();
        var whole = RunOutput.ofEndedRun(events, ended.id(), runId, source, length);
        try (var output = new FinalOutput(whole, length, () -> failIfLedgerHasEnd(snapshot))) {
            return archive.store(ended.id(), kind, length, output);
        } finally {
            copyPermits.release();
        }
    }

    /**
     * Output is pruned once the ledger has the end. If the ledger has it, another registry has stored the whole copy under the
     * same name, and this shorter one must not replace it.
     */
    private void failIfLedgerHasEnd(Snapshot end) throws Exception {
        var id = end.record().id();
        long known = Blocking.await(ledger.findSequences(List.of(id))).getOrDefault(id, 0L);
        if (known >= end.sequence()) {
            throw new IOException("the output of activation " + id + " was pruned: another registry has copied it");
        }
    }

    private static <T> List<T> runAll(List<Callable<T>> work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<T>();
            for (var done : threads.invokeAll(work)) {
                results.add(done.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
