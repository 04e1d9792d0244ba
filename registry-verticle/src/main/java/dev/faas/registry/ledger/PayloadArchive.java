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

/** Long-term copies of arguments, results and logs: decides where they lie, and finds them again. */
public final class PayloadArchive {
    /** What a copy is of. */
    public enum Kind {
        ARGUMENT,
        RESULT,
        LOG
    }

    /** A copy to be read. */
    record Kept(long length, ByteBody.Source source) {
        static final Kept EMPTY = new Kept(0, ByteBody.Source.empty());
    }

    private final ObjectBucket objects;

    public PayloadArchive(ObjectBucket objects) {
        this.objects = objects;
    }

    /** Keeps a copy, replacing an earlier one. Blocks. */
    public PayloadCopy keep(String activation, Kind kind, byte[] bytes) throws IOException, InterruptedException {
        return keep(activation, kind, bytes.length, new ByteArrayInputStream(bytes));
    }

    /** Keeps a copy of so many bytes, of which a large one never is in memory as a whole. Blocks. */
    PayloadCopy keep(String activation, Kind kind, long length, InputStream bytes)
            throws IOException, InterruptedException {
        if (length == 0) {
            return PayloadCopy.NONE;
        }
        if (length <= PayloadCopy.MAX_INLINE_BYTES) {
            return new PayloadCopy.Inline(Buffer.buffer(bytes.readAllBytes()));
        }
        objects.put(name(activation, kind), bytes);
        return PayloadCopy.APART;
    }

    /** To be read a piece at a time; empty when it is kept no more. On an event loop. */
    Future<Optional<Kept>> open(String activation, Kind kind, PayloadCopy copy) {
        return switch (copy) {
            case PayloadCopy.None none -> Future.succeededFuture(Optional.empty());
            case PayloadCopy.Inline(var bytes) ->
                Future.succeededFuture(Optional.of(new Kept(bytes.length(), ByteBody.Source.of(bytes))));
            case PayloadCopy.Apart apart ->
                here(objects.open(name(activation, kind))).map(found -> found.map(PayloadArchive::kept));
        };
    }

    /** Empty when it is kept no more. Blocks. */
    public Optional<byte[]> fetch(String activation, Kind kind, PayloadCopy copy)
            throws IOException, InterruptedException {
        return switch (copy) {
            case PayloadCopy.None none -> Optional.empty();
            case PayloadCopy.Inline(var bytes) -> Optional.of(bytes.getBytes());
            case PayloadCopy.Apart apart -> objects.get(name(activation, kind));
        };
    }

    /** Blocks. */
    void remove(String activation, Kind kind) throws IOException, InterruptedException {
        objects.delete(name(activation, kind));
    }

    private static Kept kept(StoredObject object) {
        return new Kept(object.size(), () -> here(object.next()).map(next -> next.map(Buffer::buffer)));
    }

    private static <T> Future<T> here(CompletionStage<T> stage) {
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
