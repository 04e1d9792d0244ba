package dev.faas.registry.ledger;

import dev.faas.http.content.ByteBody;
import dev.faas.nats.BusException;
import dev.faas.nats.ObjectBucket;
import dev.faas.nats.StoredObject;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Stores and opens long-term copies of arguments, results and logs: small ones in the row, large ones in the object store. */
public final class PayloadArchive {
    public enum Kind {
        ARGUMENT,
        RESULT,
        LOG
    }

    record ReadableCopy(long length, ByteBody.Source source) {
        static final ReadableCopy EMPTY = new ReadableCopy(0, ByteBody.Source.empty());
    }

    private final ObjectBucket objects;

    public PayloadArchive(ObjectBucket objects) {
        this.objects = objects;
    }

    /** Replaces an earlier copy. Blocks. */
    public PayloadCopy store(String activation, Kind kind, byte[] bytes) throws IOException, InterruptedException {
        return store(activation, kind, bytes.length, new ByteArrayInputStream(bytes));
    }

    /** Replaces an earlier copy. Never holds a large one in memory as a whole. Blocks. */
    PayloadCopy store(String activation, Kind kind, long length, InputStream bytes)
            throws IOException, InterruptedException {
        if (length == 0) {
            return PayloadCopy.NONE;
        }
        if (length <= PayloadCopy.MAX_INLINE_BYTES) {
            return new PayloadCopy.Inline(Buffer.buffer(bytes.readAllBytes()));
        }
        objects.put(name(activation, kind), bytes);
        return PayloadCopy.IN_OBJECT_STORE;
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
        return activation + "." + kind.name().toLowerCase(Locale.ROOT);
    }
}
