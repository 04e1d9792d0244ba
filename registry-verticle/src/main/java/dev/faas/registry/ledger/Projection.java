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

/** Makes lines of the ledger out of states: of several of one activation the newest, with copies of what has to last. */
public final class Projection {
    /** Made at the same time, each with a few hundred KiB in memory. */
    private static final int COPIES_AT_ONCE = 64;

    private final ActivationEvents events;
    private final PayloadArchive shelf;
    private final LedgerStore ledger;
    private final Semaphore copies = new Semaphore(COPIES_AT_ONCE);

    public Projection(ActivationEvents events, PayloadArchive shelf, LedgerStore ledger) {
        this.events = events;
        this.shelf = shelf;
        this.ledger = ledger;
    }

    /** Brings all states of a batch into the ledger. Blocks; when it fails nothing of the batch is in. */
    public void project(Collection<Snapshot> states) throws Exception {
        var newest = newest(states);
        var ended = newest.values().stream()
                .filter(each -> each.snapshot.record() instanceof ActivationRecord.Ended)
                .map(each -> each.snapshot.record().id())
                .toList();
        // A redelivery of an end must not copy again: its output may have left the bus since.
        Map<String, Long> known = ended.isEmpty() ? Map.of() : Blocking.await(ledger.sequences(ended));
        var work = newest.values().stream()
                .map(each -> (Callable<LedgerEntry>) () -> {
                    var snapshot = each.snapshot;
                    boolean isNew = known.getOrDefault(snapshot.record().id(), 0L) < snapshot.sequence();
                    return entry(snapshot, each.order, isNew);
                })
                .toList();
        Blocking.await(ledger.write(all(work)));
    }

    /** The newest state of an activation in a batch, and the order if the batch has the accepted event. */
    private record Latest(Snapshot snapshot, @Nullable RunSpec order) {
        Latest merge(Latest other) {
            return new Latest(
                    other.snapshot.sequence() > snapshot.sequence() ? other.snapshot : snapshot,
                    order == null ? other.order : order);
        }
    }

    private static Map<String, Latest> newest(Collection<Snapshot> states) {
        var byId = new LinkedHashMap<String, Latest>();
        states.forEach(state -> {
            var order = state.record() instanceof ActivationRecord.Queued queued ? queued.order() : null;
            byId.merge(state.record().id(), new Latest(state, order), Latest::merge);
        });
        return byId;
    }

    private LedgerEntry entry(Snapshot snapshot, @Nullable RunSpec order, boolean isNew) throws Exception {
        var id = snapshot.record().id();
        var argument = order == null ? PayloadCopy.NONE : shelf.keep(id, Kind.ARGUMENT, Codec.write(order));
        return switch (snapshot.record()) {
            case ActivationRecord.Queued queued -> unfinished(queued.withoutRunSpec(), snapshot, argument);
            case ActivationRecord.Running running -> unfinished(running, snapshot, argument);
            case ActivationRecord.Ended ended ->
                isNew ? finished(ended, snapshot, argument) : unfinished(ended, snapshot, argument);
        };
    }

    private static LedgerEntry unfinished(ActivationRecord record, Snapshot snapshot, PayloadCopy argument) {
        return new LedgerEntry(record, snapshot.sequence(), argument, PayloadCopy.NONE, false, PayloadCopy.NONE);
    }

    private LedgerEntry finished(ActivationRecord.Ended ended, Snapshot snapshot, PayloadCopy argument)
            throws Exception {
        var report = ended.report();
        var text = report.result();
        var kept = new ActivationRecord.Ended(
                ended.activation(),
                ended.attempt(),
                ended.platformFaults(),
                ended.worker(),
                ended.runId(),
                ended.claimedAt(),
                report.withResult(null));
        return new LedgerEntry(
                kept,
                snapshot.sequence(),
                argument,
                text == null
                        ? copied(ended, snapshot, Source.STDOUT, Kind.RESULT, report.resultBytes())
                        : shelf.keep(ended.id(), Kind.RESULT, text.getBytes(StandardCharsets.UTF_8)),
                text != null,
                copied(ended, snapshot, Source.STDERR, Kind.LOG, report.logBytes()));
    }

    /** Out of the stream, a chunk at a time. */
    private PayloadCopy copied(ActivationRecord.Ended ended, Snapshot snapshot, Source source, Kind kind, long length)
            throws Exception {
        var runId = ended.runId();
        if (length == 0 || runId == null) {
            return PayloadCopy.NONE;
        }
        copies.acquire();
        var whole = RunOutput.ofEndedRun(events, ended.id(), runId, source, length);
        try (var output = new FinalOutput(whole, length, () -> failIfKnown(snapshot))) {
            return shelf.keep(ended.id(), kind, length, output);
        } finally {
            copies.release();
        }
    }

    /**
     * Output leaves the bus once the ledger has its end: another registry has been quicker, and what we would store is less than
     * it has stored under the same name.
     */
    private void failIfKnown(Snapshot end) throws Exception {
        var id = end.record().id();
        long known = Blocking.await(ledger.sequences(List.of(id))).getOrDefault(id, 0L);
        if (known >= end.sequence()) {
            throw new IOException("the output of " + id + " has left the bus, since the ledger has it");
        }
    }

    private static <T> List<T> all(List<Callable<T>> work) throws Exception {
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
