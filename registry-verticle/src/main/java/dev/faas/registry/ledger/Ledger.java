package dev.faas.registry.ledger;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationView;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Status;
import dev.faas.http.content.ByteBody;
import dev.faas.http.paging.Page;
import dev.faas.ledger.LedgerFilter;
import dev.faas.registry.ledger.PayloadArchive.Kind;
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

/** Reads activations from the ledger for their owners. An activation of another user does not exist. */
public final class Ledger {
    /** @param sequence of the event that the record comes from */
    record VersionedView(ActivationView activation, long sequence) {}

    /** A result or a log. */
    sealed interface Output {
        Status status();

        /** The activation has not ended, or the ledger is behind. */
        record Pending(Status status) implements Output {}

        record Available(Status status, ByteBody body, ByteBody.Source source) implements Output {}
    }

    private static final TypeReference<RunSpec> RUN_SPEC = new TypeReference<>() {};
    private static final String OUTPUT_EXPIRED =
            "The activation's output has expired; its record is still there. Submit the activation again to get a new result.";
    private static final String ARGUMENT_EXPIRED =
            "The activation's input has expired. Submit it again, with its argument.";

    private final Vertx vertx;
    private final LedgerReadStore store;
    private final PayloadArchive archive;
    private final Retention retention;
    private final InstantSource clock;

    public Ledger(
            Vertx vertx, LedgerReadStore store, PayloadArchive archive, Retention retention, InstantSource clock) {
        this.vertx = vertx;
        this.store = store;
        this.archive = archive;
        this.retention = retention;
        this.clock = clock;
    }

    /** Newest first, without results. */
    Future<List<ActivationView>> list(String owner, LedgerFilter filter, Page page) {
        return store.list(owner, filter, recordsCutoff(), page.after(), page.fetchLimit())
                .map(found -> found.stream()
                        .map(listed -> ActivationView.of(listed.record())
                                .withoutResult()
                                .withRedrivenAs(listed.redrivenAs()))
                        .toList());
    }

    Future<VersionedView> get(String owner, String id) {
        return find(owner, id)
                .map(row -> new VersionedView(
                        ActivationView.of(withResultText(row)).withRedrivenAs(row.redrivenAs()), row.sequence()));
    }

    /** Fails with 410 {@code result_expired} when the result has expired. */
    Future<Output> findResult(String owner, String id) {
        return findOutput(owner, id, Source.STDOUT);
    }

    /** Log of the final run. Fails with 410 {@code result_expired} when it has expired. */
    Future<Output> findLog(String owner, String id) {
        return findOutput(owner, id, Source.STDERR);
    }

    private Future<Output> findOutput(String owner, String id, Source source) {
        return find(owner, id).compose(row -> switch (row.record()) {
            case ActivationRecord.Ended ended ->
                source == Source.STDOUT
                        ? openOutput(
                                ended,
                                source,
                                Kind.RESULT,
                                row.result(),
                                ended.report().output().resultBytes())
                        : openOutput(
                                ended,
                                source,
                                Kind.LOG,
                                row.log(),
                                ended.report().output().logBytes());
            default -> Future.succeededFuture(new Output.Pending(row.record().currentStatus()));
        });
    }

    private Instant recordsCutoff() {
        return retention.recordsCutoff(clock.instant());
    }

    /** Hides an expired copy that {@link ExpiredPayloadRemover} has not removed yet. */
    private PayloadCopy unlessExpired(ActivationRecord record, Kind kind, PayloadCopy copy) {
        var now = clock.instant();
        var cutoff = kind == Kind.LOG ? retention.logsCutoff(now) : retention.resultsCutoff(now);
        return record instanceof ActivationRecord.Ended ended
                        && ended.report().finishedAt().isBefore(cutoff)
                ? PayloadCopy.NONE
                : copy;
    }

    private Future<Output> openOutput(
            ActivationRecord.Ended ended, Source source, Kind kind, PayloadCopy copy, long bytes) {
        var unexpired = unlessExpired(ended, kind, copy);
        var found = bytes == 0 && unexpired instanceof PayloadCopy.None
                ? Future.succeededFuture(Optional.of(PayloadArchive.ReadableCopy.EMPTY))
                : archive.open(ended.id(), kind, unexpired);
        return found.map(it -> it.orElseThrow(() -> resultExpired(OUTPUT_EXPIRED)))
                .map(readable -> new Output.Available(
                        ended.currentStatus(),
                        new ByteBody(source.objectName(ended.id()), readable.length()),
                        readable.source()));
    }

    /** The accepted state with specification and argument, for a replay. Fails with 410 {@code result_expired}. */
    Future<ActivationRecord.Queued> findAccepted(String owner, String id) {
        return requireFound(id, () -> store.findRunSpec(owner, id, recordsCutoff()))
                // The object store blocks.
                .compose(found -> vertx.executeBlocking(
                                () -> archive.fetch(
                                        id,
                                        Kind.ARGUMENT,
                                        unlessExpired(found.record(), Kind.ARGUMENT, found.runSpec())),
                                false)
                        .map(argument -> argument.orElseThrow(() -> resultExpired(ARGUMENT_EXPIRED)))
                        .map(runSpec ->
                                ActivationRecord.accept(found.record().activation(), Codec.read(runSpec, RUN_SPEC))));
    }

    private Future<LedgerRow> find(String owner, String id) {
        return requireFound(id, () -> store.find(owner, id, recordsCutoff()));
    }

    private static <T> Future<T> requireFound(String id, Supplier<Future<Optional<T>>> find) {
        if (!Ids.isActivation(id)) {
            return Future.failedFuture(Problem.activationNotFound(id).asException());
        }
        return find.get()
                .map(found ->
                        found.orElseThrow(() -> Problem.activationNotFound(id).asException()));
    }

    /** Puts the text of the result back into the record; its row has it in a column of its own. */
    private ActivationRecord withResultText(LedgerRow row) {
        if (row.record() instanceof ActivationRecord.Ended ended && row.resultText()) {
            var text = unlessExpired(ended, Kind.RESULT, row.result()) instanceof PayloadCopy.Inline(var bytes)
                    ? bytes.toString(StandardCharsets.UTF_8)
                    : ended.report().output().resultBytes() == 0 ? "" : null;
            return ended.withResult(text);
        }
        return row.record();
    }

    private static RuntimeException resultExpired(String detail) {
        return Problem.of(410, "result_expired", "Result expired", detail).asException();
    }
}
