package dev.faas.registry.ledger;

import dev.faas.http.content.ByteBody;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.nats.ObjectBucket;
import dev.faas.nats.StoredObject;
import dev.faas.registry.ledger.RetentionStore.Expired;
import dev.faas.wire.Problem;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores and opens long-term copies of arguments, results and logs: small ones in the row, large ones in the object store. */
public final class PayloadArchive {
    private static final Logger LOG = LoggerFactory.getLogger(PayloadArchive.class);

    public enum Kind {
        ARGUMENT,
        RESULT,
        LOG
    }

    record ReadableCopy(long length, ByteBody.Source source) {
        static final ReadableCopy EMPTY = new ReadableCopy(0, ByteBody.Source.empty());
    }

    private static final Duration WARNING_PAUSE = Duration.ofMinutes(1);

    private final ObjectBucket objects;
    private final AtomicLong warnedAt = new AtomicLong(System.nanoTime() - WARNING_PAUSE.toNanos() - 1);

    public PayloadArchive(ObjectBucket objects) {
        this.objects = objects;
    }

    /** Replaces an earlier copy. Blocks. */
    public PayloadCopy store(String activation, Kind kind, byte[] bytes) throws IOException, InterruptedException {
        return store(activation, kind, bytes.length, new ByteArrayInputStream(bytes));
    }

    /**
     * Replaces an earlier copy. Never holds a large one in memory as a whole. A copy that does not fit counts as removed: the
     * ledger must not wait for room, since its delay would keep events in their stream, which is full for all users then.
     * Blocks.
     */
    PayloadCopy store(String activation, Kind kind, long length, InputStream bytes)
            throws IOException, InterruptedException {
        if (length == 0) {
            return PayloadCopy.NONE;
        }
        if (length <= PayloadCopy.MAX_INLINE_BYTES) {
            return new PayloadCopy.Inline(Buffer.buffer(bytes.readAllBytes()));
        }
        try {
            objects.put(name(activation, kind), bytes);
            return PayloadCopy.IN_OBJECT_STORE;
        } catch (BusException.StreamFull full) {
            warnOfMissingCopy(activation, kind, length);
            return PayloadCopy.NONE;
        }
    }

    /** Once a minute: all copies are missing until there is room. */
    private void warnOfMissingCopy(String activation, Kind kind, long length) {
        long last = warnedAt.get();
        long now = System.nanoTime();
        if (now - last > WARNING_PAUSE.toNanos() && warnedAt.compareAndSet(last, now)) {
            LOG.warn(
                    "object store full, copies will be missing activation={} kind={} bytes={}",
                    activation,
                    kind,
                    length);
        }
    }

    /** Opens a copy that is read piece by piece; empty when it has been removed. Call it on an event loop. */
    Future<Optional<ReadableCopy>> open(String activation, Kind kind, PayloadCopy copy) {
        return switch (copy) {
            case PayloadCopy.None none -> Future.succeededFuture(Optional.empty());
            case PayloadCopy.Inline(var bytes) ->
                Future.succeededFuture(Optional.of(new ReadableCopy(bytes.length(), ByteBody.Source.of(bytes))));
            case PayloadCopy.InObjectStore inStore ->
                onContext(objects.open(name(activation, kind))).map(found -> found.map(PayloadArchive::toReadable));
        };
    }

    /** Empty when it has been removed. Blocks. */
    public Optional<byte[]> fetch(String activation, Kind kind, PayloadCopy copy)
            throws IOException, InterruptedException {
        return switch (copy) {
            case PayloadCopy.None none -> Optional.empty();
            case PayloadCopy.Inline(var bytes) -> Optional.of(bytes.getBytes());
            case PayloadCopy.InObjectStore inStore -> objects.get(name(activation, kind));
        };
    }

    /** How full the object store is. Blocks. */
    double fillRatio() throws Exception {
        return Blocking.await(objects.state()).fillRatio();
    }

    /** Result, argument and log. Blocks. */
    void remove(Expired activation) throws IOException, InterruptedException {
        removeResult(activation);
        removeLog(activation);
    }

    /** With its argument. Blocks. */
    void removeResult(Expired activation) throws IOException, InterruptedException {
        if (activation.resultInObjectStore()) {
            remove(activation.end().id(), Kind.RESULT);
        }
        if (activation.argumentInObjectStore()) {
            remove(activation.end().id(), Kind.ARGUMENT);
        }
    }

    /** Blocks. */
    void removeLog(Expired activation) throws IOException, InterruptedException {
        if (activation.logInObjectStore()) {
            remove(activation.end().id(), Kind.LOG);
        }
    }

    /** Blocks. */
    void remove(String activation, Kind kind) throws IOException, InterruptedException {
        objects.delete(name(activation, kind));
    }

    private static ReadableCopy toReadable(StoredObject object) {
        return new ReadableCopy(object.size(), () -> onContext(object.next()).map(next -> next.map(Buffer::buffer)));
    }

    private static <T> Future<T> onContext(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, Vertx.currentContext())
                .recover(failure -> Future.failedFuture(
                        BusException.unwrap(failure) instanceof BusException
                                ? Problem.unavailable("nats").asException()
                                : failure));
    }

    private static String name(String activation, Kind kind) {
        return switch (kind) {
            case ARGUMENT -> Subjects.argumentObject(activation);
            case RESULT -> Subjects.resultObject(activation);
            case LOG -> activation + ".log";
        };
    }
}
