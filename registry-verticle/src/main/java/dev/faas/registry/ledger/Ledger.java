package dev.faas.registry.ledger;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationView;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Status;
import dev.faas.http.content.ByteBody;
import dev.faas.registry.ledger.PayloadArchive.Kind;
import dev.faas.registry.paging.Page;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What the ledger tells the owners of activations. Another user's activation is one that does not exist. */
public final class Ledger {
    /** A public record with the sequence of the event it is made of. */
    record Told(ActivationView activation, long sequence) {}

    /** What there is of a result or a log. */
    sealed interface Output {
        Status status();

        /** It has not ended yet, or the ledger does not know. */
        record Pending(Status status) implements Output {}

        record Kept(Status status, ByteBody body, ByteBody.Source source) implements Output {}
    }

    private static final TypeReference<RunSpec> ORDER = new TypeReference<>() {};
    private static final String OUTPUT_EXPIRED =
            "What this activation wrote is kept no longer. Its record is, and a replay makes it again.";
    private static final String ARGUMENT_EXPIRED =
            "What this activation was to run is kept no longer. Submit it anew, with its argument.";

    private final Vertx vertx;
    private final LedgerReadStore store;
    private final PayloadArchive shelf;
    private final Retention retention;
    private final InstantSource clock;

    public Ledger(Vertx vertx, LedgerReadStore store, PayloadArchive shelf, Retention retention, InstantSource clock) {
        this.vertx = vertx;
        this.store = store;
        this.shelf = shelf;
        this.retention = retention;
        this.clock = clock;
    }

    /** Newest first, without results. */
    Future<List<ActivationView>> list(String owner, LedgerFilter filter, Page page) {
        return store.list(owner, filter, recordsSince(), page.after(), page.fetch())
                .map(found -> found.stream()
                        .map(record -> ActivationView.of(record).withoutResult())
                        .toList());
    }

    Future<Told> get(String owner, String id) {
        return find(owner, id).map(line -> new Told(ActivationView.of(whole(line)), line.sequence()));
    }

    /** Fails with 410 {@code result_expired} when there was a result that is kept no more. */
    Future<Output> result(String owner, String id) {
        return output(owner, id, Source.STDOUT);
    }

    /** Of the final run. Fails with 410 {@code result_expired} when there was a log that is kept no more. */
    Future<Output> log(String owner, String id) {
        return output(owner, id, Source.STDERR);
    }

    private Future<Output> output(String owner, String id, Source source) {
        return find(owner, id).compose(line -> switch (line.record()) {
            case ActivationRecord.Ended ended ->
                source == Source.STDOUT
                        ? kept(
                                ended,
                                source,
                                Kind.RESULT,
                                line.result(),
                                ended.report().resultBytes())
                        : kept(
                                ended,
                                source,
                                Kind.LOG,
                                line.log(),
                                ended.report().logBytes());
            default -> Future.succeededFuture(new Output.Pending(line.record().currentStatus()));
        });
    }

    private Instant recordsSince() {
        return retention.recordsSince(clock.instant());
    }

    /** A copy that has had its time is not there, also before it is removed. */
    private PayloadCopy inTime(ActivationRecord record, Kind kind, PayloadCopy copy) {
        var now = clock.instant();
        var since = kind == Kind.LOG ? retention.logsSince(now) : retention.resultsSince(now);
        return record instanceof ActivationRecord.Ended ended
                        && ended.report().finishedAt().isBefore(since)
                ? PayloadCopy.NONE
                : copy;
    }

    private Future<Output> kept(
            ActivationRecord.Ended ended, Source source, Kind kind, PayloadCopy stored, long bytes) {
        var copy = inTime(ended, kind, stored);
        var found = bytes == 0 && copy instanceof PayloadCopy.None
                ? Future.succeededFuture(Optional.of(PayloadArchive.Kept.EMPTY))
                : shelf.open(ended.id(), kind, copy);
        return found.map(it -> it.orElseThrow(() -> expired(OUTPUT_EXPIRED)))
                .map(kept -> new Output.Kept(
                        ended.currentStatus(),
                        new ByteBody(source.objectName(ended.id()), kept.length()),
                        kept.source()));
    }

    /** What was accepted, spec and argument too: a replay begins with it. Fails with 410 {@code result_expired}. */
    Future<ActivationRecord.Queued> accepted(String owner, String id) {
        return known(id, () -> store.findOrder(owner, id, recordsSince()))
                // The object store blocks.
                .compose(found -> vertx.executeBlocking(
                                () -> shelf.fetch(
                                        id, Kind.ARGUMENT, inTime(found.record(), Kind.ARGUMENT, found.order())),
                                false)
                        .map(kept -> kept.orElseThrow(() -> expired(ARGUMENT_EXPIRED)))
                        .map(order -> ActivationRecord.accept(found.record().activation(), Codec.read(order, ORDER))));
    }

    private Future<LedgerRow> find(String owner, String id) {
        return known(id, () -> store.find(owner, id, recordsSince()));
    }

    private static <T> Future<T> known(String id, Supplier<Future<Optional<T>>> find) {
        if (!Ids.isActivation(id)) {
            return Future.failedFuture(Problem.activationNotFound(id).asException());
        }
        return find.get()
                .map(found ->
                        found.orElseThrow(() -> Problem.activationNotFound(id).asException()));
    }

    /** The record with the text of its result, which its line keeps apart. */
    private ActivationRecord whole(LedgerRow line) {
        if (line.record() instanceof ActivationRecord.Ended ended && line.resultText()) {
            var text = inTime(ended, Kind.RESULT, line.result()) instanceof PayloadCopy.Inline(var bytes)
                    ? bytes.toString(StandardCharsets.UTF_8)
                    : ended.report().resultBytes() == 0 ? "" : null;
            return new ActivationRecord.Ended(
                    ended.activation(),
                    ended.attempt(),
                    ended.platformFaults(),
                    ended.worker(),
                    ended.runId(),
                    ended.claimedAt(),
                    ended.report().withResult(text));
        }
        return line.record();
    }

    private static RuntimeException expired(String detail) {
        return Problem.of(410, "result_expired", "Result expired", detail).asException();
    }
}
