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
 * What the images of revisions were when they were first booted. Spawners find that out and write it to the bucket IMAGES; a
 * function is shown with it, and a rollback takes it along.
 */
public final class ImagePins {
    private static final Logger LOG = LoggerFactory.getLogger(ImagePins.class);
    private static final long LIMIT_SECONDS = 2;

    private final Vertx vertx;
    private final Nats nats;
    private final Kv bucket;

    public ImagePins(Vertx vertx, Nats nats) {
        this.vertx = vertx;
        this.nats = nats;
        this.bucket = nats.kv(Subjects.IMAGES);
    }

    /** With its digest where that is known and can be asked for. */
    Future<FunctionRevision> shown(FunctionRevision function) {
        if (function.imageDigest() != null || !nats.isConnected()) {
            return Future.succeededFuture(function);
        }
        return pin(function.id(), function.revision())
                .map(found -> found.map(ImagePin::digest)
                        .map(function::withImageDigest)
                        .orElse(function))
                .otherwise(failure -> {
                    LOG.debug("the digest of {} is not told: {}", function.id(), failure.getMessage());
                    return function;
                });
    }

    /** Likewise, all at once. */
    Future<List<FunctionRevision>> shown(List<FunctionRevision> functions) {
        return Future.join(functions.stream().map(this::shown).toList()).map(all -> all.list());
    }

    /** A revision that equals an old one runs what that one ran, wherever its tag points by now. */
    Future<FunctionRevision> carriedOver(FunctionRevision from, FunctionRevision to) {
        return pin(from.id(), from.revision())
                .compose(found -> found.isEmpty()
                        ? Future.succeededFuture(to)
                        : here(bucket.create(ImagePin.key(to.id(), to.revision()), Codec.encode(found.get())))
                                .map(to))
                .recover(failure -> {
                    LOG.warn(
                            "revision {} of {} looks for its image anew, not for that of revision {}: {}",
                            to.revision(),
                            to.id(),
                            from.revision(),
                            failure.getMessage());
                    return Future.succeededFuture(to);
                });
    }

    private Future<Optional<ImagePin>> pin(String functionId, int revision) {
        return here(bucket.get(ImagePin.key(functionId, revision)))
                .map(found -> found.map(put -> Codec.decode(put.value().bytes(), ImagePin.class)));
    }

    private <T> Future<T> here(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, vertx.getOrCreateContext())
                .timeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .recover(failure -> Future.failedFuture(BusException.unwrap(failure)));
    }
}
