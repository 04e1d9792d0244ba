package dev.faas.registry.function;

import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.ImagePin;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and copies image pins: the digest that the image of a revision had when a spawner first started it. Spawners write
 * the pins to the bucket IMAGES; the API shows the digest, and a rollback copies the pin.
 */
public final class ImagePins {
    private static final Logger LOG = LoggerFactory.getLogger(ImagePins.class);
    private static final long TIMEOUT_SECONDS = 2;

    private final Vertx vertx;
    private final Nats nats;
    private final Kv bucket;

    public ImagePins(Vertx vertx, Nats nats) {
        this.vertx = vertx;
        this.nats = nats;
        this.bucket = nats.kv(Subjects.IMAGES);
    }

    /** Adds the digest if a pin exists and NATS answers; otherwise returns the function as it is. */
    Future<FunctionRevision> withDigest(FunctionRevision function) {
        if (function.imageDigest() != null || !nats.isConnected()) {
            return Future.succeededFuture(function);
        }
        return pin(function.id(), function.revision())
                .map(found -> found.map(ImagePin::digest)
                        .map(function::withImageDigest)
                        .orElse(function))
                .otherwise(failure -> {
                    LOG.debug("image pin not read function={} cause={}", function.id(), failure.getMessage());
                    return function;
                });
    }

    Future<List<FunctionRevision>> withDigest(List<FunctionRevision> functions) {
        return Future.join(functions.stream().map(this::withDigest).toList()).map(all -> all.list());
    }

    /** After a rollback the new revision runs the same image as the old one, wherever the tag points now. */
    Future<FunctionRevision> copyPin(FunctionRevision from, FunctionRevision to) {
        return pin(from.id(), from.revision())
                .compose(found -> found.isEmpty()
                        ? Future.succeededFuture(to)
                        : onContext(bucket.create(ImagePin.key(to.id(), to.revision()), Codec.encode(found.get())))
                                .map(to))
                .recover(failure -> {
                    LOG.warn(
                            "image pin not copied, the image tag will be resolved again function={} from={} to={} cause={}",
                            to.id(),
                            from.revision(),
                            to.revision(),
                            failure.getMessage());
                    return Future.succeededFuture(to);
                });
    }

    private Future<Optional<ImagePin>> pin(String functionId, int revision) {
        return onContext(bucket.get(ImagePin.key(functionId, revision)))
                .map(found -> found.map(put -> Codec.decode(put.value().bytes(), ImagePin.class)));
    }

    private <T> Future<T> onContext(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, vertx.getOrCreateContext())
                .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .recover(failure -> Future.failedFuture(BusException.unwrap(failure)));
    }
}
