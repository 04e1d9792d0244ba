package dev.faas.registry.function;

import dev.faas.activation.CommandQueue;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.ImageReference;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be done with functions. A write is answered once Postgres and the bucket FUNCTIONS both have it; a function that
 * belongs to another user is one that does not exist.
 */
public final class Functions {
    private static final Logger LOG = LoggerFactory.getLogger(Functions.class);
    private static final long CONSUMER_LIMIT_SECONDS = 3;
    /** Only the user himself can change it. */
    private static final int QUOTA_RETRY_SECONDS = 60;

    /**
     * A write that is done.
     *
     * @param sequence the revision at which the bucket FUNCTIONS has it
     */
    record Written(FunctionRevision function, long sequence) {}

    private final Vertx vertx;
    private final FunctionStore store;
    private final FunctionBucket bucket;
    private final ImagePins pins;
    private final CommandQueue queue;
    private final BooleanSupplier connected;
    private final int mostOfOne;
    private final InstantSource clock;

    /** @param mostOfOne functions that one owner may have */
    public Functions(
            Vertx vertx,
            FunctionStore store,
            FunctionBucket bucket,
            ImagePins pins,
            CommandQueue queue,
            BooleanSupplier connected,
            int mostOfOne,
            InstantSource clock) {
        this.vertx = vertx;
        this.store = store;
        this.bucket = bucket;
        this.pins = pins;
        this.queue = queue;
        this.connected = connected;
        this.mostOfOne = mostOfOne;
        this.clock = clock;
    }

    /** Fails with 409 {@code function_exists}, or 429 {@code quota_exceeded}. */
    Future<Written> create(String owner, FunctionSpec spec) {
        var now = now();
        var first = new FunctionRevision(Ids.function(now), owner, 1, digest(spec), now, now, spec);
        return ifTheBusIsThere(() -> store.insert(first, this::requireQuota)).compose(inserted -> {
            if (!inserted) {
                throw exists(spec.name()).asException();
            }
            LOG.info("function {} made: {} of {}", first.id(), spec.name(), owner);
            return publish(first);
        });
    }

    Future<FunctionRevision> get(String owner, String ref) {
        return store.find(owner, parse(ref))
                .map(found -> found.orElseThrow(() -> missing(ref)))
                .compose(pins::shown);
    }

    Future<List<FunctionRevision>> list(String owner, String after, int limit) {
        return store.list(owner, after, limit).compose(pins::shown);
    }

    /** Newest first. */
    Future<List<FunctionRevision>> revisions(String owner, String ref, int before, int limit) {
        return store.find(owner, latest(ref))
                .map(found -> found.orElseThrow(() -> missing(ref)))
                .compose(function -> store.revisions(function.id(), before, limit))
                .compose(pins::shown);
    }

    /** A new revision of what {@code next} makes of the newest one. */
    Future<Written> revise(
            String owner, String ref, Preconditions conditions, Function<FunctionRevision, FunctionSpec> next) {
        return revised(owner, ref, conditions, next).compose(this::publish);
    }

    private Future<FunctionRevision> revised(
            String owner, String ref, Preconditions conditions, Function<FunctionRevision, FunctionSpec> next) {
        var target = latest(ref);
        return ifTheBusIsThere(() -> store.revise(owner, target, current -> {
                    conditions.check(current.revision());
                    return successor(current, next.apply(current));
                }))
                .map(found -> found.orElseThrow(() -> missing(ref)));
    }

    /** A new revision equal to an old one, its image's contents included. */
    Future<Written> rollback(String owner, String ref, Preconditions conditions, int revision) {
        var target = latest(ref);
        return store.find(owner, target)
                .map(found -> found.orElseThrow(() -> missing(ref)))
                .compose(function -> store.find(owner, new FunctionRef(function.id(), OptionalInt.of(revision))))
                .compose(found -> {
                    var old = found.orElseThrow(() -> Problem.invalid("revision", "is none that this function has had")
                            .asException());
                    return revised(owner, ref, conditions, current -> old.spec())
                            .compose(next -> pins.carriedOver(old, next)); // before anybody can boot it
                })
                .compose(this::publish)
                .compose(written ->
                        pins.shown(written.function()).map(function -> new Written(function, written.sequence())));
    }

    /** The revision at which the bucket FUNCTIONS has it no more. What it has queued and running is stopped afterwards. */
    Future<Long> delete(String owner, String ref, Preconditions conditions) {
        var target = latest(ref);
        var now = now();
        return ifTheBusIsThere(() -> store.delete(owner, target, current -> conditions.check(current.revision()), now))
                .compose(found -> {
                    var function = found.orElseThrow(() -> missing(ref));
                    LOG.info(
                            "function {} deleted: {} of {}",
                            function.id(),
                            function.spec().name(),
                            owner);
                    return told(function);
                });
    }

    private void requireQuota(long functions) {
        if (functions > mostOfOne) {
            throw Problem.of(
                            429,
                            "quota_exceeded",
                            "Quota exceeded",
                            "You have " + mostOfOne
                                    + " functions, the most that one user may have. Delete one that you do not"
                                    + " need any more, then try again.")
                    .withRetryAfter(QUOTA_RETRY_SECONDS)
                    .asException();
        }
    }

    /** Refuses a write that could only be done by half. */
    private <T> Future<T> ifTheBusIsThere(Supplier<Future<T>> write) {
        return connected.getAsBoolean()
                ? write.get()
                : Future.failedFuture(Problem.unavailable("nats").asException());
    }

    private Future<Written> publish(FunctionRevision function) {
        // The queue's consumer too, so that the first call is quick; if that fails the spawners and the reconciler do
        // it.
        var consumer = Future.fromCompletionStage(queue.ensureConsumer(function), vertx.getOrCreateContext())
                .timeout(CONSUMER_LIMIT_SECONDS, TimeUnit.SECONDS)
                .recover(failure -> {
                    LOG.warn("the consumer of {} is made later: {}", function.id(), failure.getMessage());
                    return Future.succeededFuture();
                });
        return told(function).compose(sequence -> consumer.map(ready -> new Written(function, sequence)));
    }

    private Future<Long> told(FunctionRevision function) {
        var name = function.spec().name();
        return bucket.write(function.owner(), name).recover(failure -> {
            LOG.warn(
                    "the bus is told later of {}: {}",
                    FunctionRevision.key(function.owner(), name),
                    failure.getMessage());
            return Future.failedFuture(halfDone().asException());
        });
    }

    private FunctionRevision successor(FunctionRevision current, FunctionSpec spec) {
        return new FunctionRevision(
                current.id(), current.owner(), current.revision() + 1, digest(spec), current.createdAt(), now(), spec);
    }

    /** Known now only if the reference pins it; else the first spawner that resolves the image finds it out. */
    private static @Nullable String digest(FunctionSpec spec) {
        return ImageReference.parse(spec.image()).map(ImageReference::digest).orElse(null);
    }

    private static FunctionRef parse(String ref) {
        return FunctionRef.parse(ref).orElseThrow(() -> missing(ref));
    }

    private static FunctionRef latest(String ref) {
        var target = parse(ref);
        if (target.revision().isPresent()) {
            throw Problem.invalid("", "a revision cannot be changed: name the function without '@'")
                    .asException();
        }
        return target;
    }

    private static RuntimeException missing(String ref) {
        return Problem.functionNotFound(ref).asException();
    }

    /** Milliseconds are what the API shows, so they are what is stored. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Problem exists(String name) {
        return Problem.of(
                409,
                "function_exists",
                "Function exists",
                "You have a function '" + name + "'. Change it with PUT or PATCH, or choose another name.");
    }

    private static Problem halfDone() {
        return Problem.of(
                        503,
                        "unavailable",
                        "Temporarily unavailable",
                        "The change is stored, and takes effect by itself as soon as the platform can spread it."
                                + " Read the function before you repeat the call.")
                .with("dependency", "nats")
                .withRetryAfter(2);
    }
}
