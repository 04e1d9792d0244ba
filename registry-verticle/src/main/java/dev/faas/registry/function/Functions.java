package dev.faas.registry.function;

import dev.faas.activation.CommandQueue;
import dev.faas.audit.Origin;
import dev.faas.lifecycle.InOrder;
import dev.faas.quota.FairShare;
import dev.faas.quota.Quota;
import dev.faas.quota.Quota.Limit;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.registry.quota.QuotaStore.Usage;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.ImageReference;
import dev.faas.wire.Problem;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates, reads, changes and deletes functions. A write succeeds once Postgres and the bucket FUNCTIONS both have it. A
 * function of another user does not exist.
 */
public final class Functions {
    private static final Logger LOG = LoggerFactory.getLogger(Functions.class);
    private static final long CONSUMER_TIMEOUT_SECONDS = 3;
    /** Long: only a deletion by the user makes room. */
    private static final int QUOTA_RETRY_SECONDS = 60;

    private static final int KIBIBYTE = 1024;
    private static final int DELETED_AT_ONCE = 100;
    private static final String DELETE = "function.delete";

    /** What becomes of a write. */
    enum Write {
        STORE,
        /** It is checked, and not stored. */
        PREVIEW
    }

    /**
     * A completed write.
     *
     * @param sequence revision of the bucket FUNCTIONS that contains it; null: a preview
     */
    record WriteResult(FunctionRevision function, @Nullable Long sequence) {}

    /** Where functions are stored. */
    public record Storage(FunctionStore store, FunctionBucket bucket, ImagePins pins, QuotaStore quotas) {}

    private final Vertx vertx;
    private final FunctionStore store;
    private final FunctionBucket bucket;
    private final ImagePins pins;
    private final CommandQueue queue;
    private final BooleanSupplier isConnected;
    private final SecretSupport secrets;
    private final QuotaStore usage;
    private final QuotaSettings quotas;
    private final InstantSource clock;

    /** @param isConnected to NATS */
    public Functions(
            Vertx vertx,
            Storage storage,
            CommandQueue queue,
            BooleanSupplier isConnected,
            SecretSupport secrets,
            QuotaSettings quotas,
            InstantSource clock) {
        this.vertx = vertx;
        this.store = storage.store();
        this.bucket = storage.bucket();
        this.pins = storage.pins();
        this.queue = queue;
        this.isConnected = isConnected;
        this.secrets = secrets;
        this.usage = storage.quotas();
        this.quotas = quotas;
        this.clock = clock;
    }

    /** Fails with 409 {@code function_exists}, or 429 {@code quota_exceeded}. */
    Future<WriteResult> create(String owner, FunctionSpec spec, Write write, Origin origin) {
        var first = first(owner, spec);
        if (write == Write.PREVIEW) {
            return requireNew(first).map(new WriteResult(first, null));
        }
        return requireNats(() -> share().compose(share -> store.insert(
                        first,
                        (after, growth) -> {
                            requireShare(share, after, growth);
                            return requireRoomForNew(after, growth);
                        },
                        new FunctionAudit(origin, "function.create"))))
                .compose(inserted -> {
                    if (!inserted) {
                        throw nameTaken(spec.name()).asException();
                    }
                    LOG.info("function created function={} name={} owner={}", first.id(), spec.name(), owner);
                    return publish(first);
                });
    }

    private Future<Void> requireNew(FunctionRevision first) {
        var name = first.spec().name();
        return store.find(first.owner(), new FunctionRef(name, OptionalInt.empty()))
                .compose(found -> {
                    if (found.isPresent()) {
                        throw nameTaken(name).asException();
                    }
                    return store.requireSecrets(first);
                })
                .compose(named -> usage.usage(first.owner()))
                .map(before -> {
                    long bytes = FunctionStore.bytes(first);
                    var unused = requireRoomForNew(before.plus(1, bytes), bytes);
                    return null;
                });
    }

    Future<FunctionRevision> get(String owner, String ref) {
        return store.find(owner, parse(ref))
                .map(found -> found.orElseThrow(() -> notFound(ref)))
                .compose(pins::withDigest);
    }

    Future<List<FunctionRevision>> list(String owner, Map<String, String> labels, String after, int limit) {
        return store.list(owner, labels, after, limit).compose(pins::withDigest);
    }

    /** Newest first. */
    Future<List<FunctionRevision>> revisions(String owner, String ref, int before, int limit) {
        return store.find(owner, parseWithoutRevision(ref))
                .map(found -> found.orElseThrow(() -> notFound(ref)))
                .compose(function -> store.revisions(function.id(), before, limit))
                .compose(pins::withDigest);
    }

    /** Stores the specification that {@code next} makes of the newest revision as a new revision, if it is another one. */
    Future<WriteResult> revise(
            String owner,
            String ref,
            Preconditions conditions,
            Function<FunctionRevision, FunctionSpec> next,
            Write write,
            Origin origin) {
        return addRevision(
                        owner,
                        ref,
                        conditions,
                        current -> reviseIfChanged(current, next),
                        write,
                        new FunctionAudit(origin, "function.update"))
                .compose(revision -> complete(revision, write));
    }

    private FunctionRevision reviseIfChanged(FunctionRevision current, Function<FunctionRevision, FunctionSpec> next) {
        var spec = next.apply(current);
        return spec.equals(current.spec()) ? current : successor(current, spec);
    }

    private Future<FunctionRevision> addRevision(
            String owner,
            String ref,
            Preconditions conditions,
            UnaryOperator<FunctionRevision> next,
            Write write,
            FunctionAudit by) {
        var target = parseWithoutRevision(ref);
        UnaryOperator<FunctionRevision> checked = current -> {
            conditions.check(current.revision());
            return next.apply(current);
        };
        var added = switch (write) {
            case STORE ->
                requireNats(() -> share().compose(share -> store.revise(
                        owner,
                        target,
                        checked,
                        (after, growth) -> {
                            requireShare(share, after, growth);
                            return requireRoom(after, growth);
                        },
                        by)));
            case PREVIEW -> store.find(owner, target).compose(found -> previewRevision(found, checked));
        };
        return added.map(found -> found.orElseThrow(() -> notFound(ref)));
    }

    private Future<Optional<FunctionRevision>> previewRevision(
            Optional<FunctionRevision> found, UnaryOperator<FunctionRevision> next) {
        if (found.isEmpty()) {
            return Future.succeededFuture(found);
        }
        var revised = next.apply(found.get());
        long growth = FunctionStore.bytes(revised) - FunctionStore.bytes(found.get());
        return store.requireSecrets(revised)
                .compose(named -> usage.usage(revised.owner()))
                .map(before -> {
                    var unused = requireRoom(before.plus(0, growth), growth);
                    return Optional.of(revised);
                });
    }

    /**
     * Stores a new revision equal to an old one, with the same image digest.
     *
     * @param spec of the old one, if it follows the rules of today
     */
    Future<WriteResult> rollback(
            String owner,
            String ref,
            Preconditions conditions,
            int revision,
            Function<FunctionRevision, FunctionSpec> spec,
            Write write,
            Origin origin) {
        return findOldRevision(owner, ref, revision)
                .compose(old -> addRevision(
                                owner,
                                ref,
                                conditions,
                                current -> successor(current, spec.apply(old)),
                                write,
                                new FunctionAudit(origin, "function.rollback"))
                        .compose(next -> switch (write) {
                            case STORE -> pins.copyPin(old, next); // before a spawner can start it
                            case PREVIEW -> pins.withDigest(old).map(pinned -> withDigestOf(pinned, next));
                        }))
                .compose(next -> complete(next, write));
    }

    private static FunctionRevision withDigestOf(FunctionRevision old, FunctionRevision next) {
        return old.imageDigest() == null ? next : next.withImageDigest(old.imageDigest());
    }

    private Future<FunctionRevision> findOldRevision(String owner, String ref, int revision) {
        return store.find(owner, parseWithoutRevision(ref))
                .map(found -> found.orElseThrow(() -> notFound(ref)))
                .compose(function -> store.find(owner, new FunctionRef(function.id(), OptionalInt.of(revision))))
                .map(found -> found.orElseThrow(() -> Problem.invalid("revision", "must be a revision of this function")
                        .asException()));
    }

    /** Returns the revision of the bucket FUNCTIONS without it. The reconciler cancels its activations afterwards. */
    Future<Long> delete(String owner, String ref, Preconditions conditions, Origin origin) {
        var target = parseWithoutRevision(ref);
        var now = now();
        return requireNats(() -> store.delete(
                        owner,
                        target,
                        current -> conditions.check(current.revision()),
                        now,
                        new FunctionAudit(origin, DELETE)))
                .compose(found -> {
                    var function = found.orElseThrow(() -> notFound(ref));
                    LOG.info(
                            "function deleted function={} name={} owner={}",
                            function.id(),
                            function.spec().name(),
                            owner);
                    return bucket.publish(function);
                });
    }

    /**
     * Deletes a function that nobody calls. Activations that a gateway accepts before it sees the deletion run. False when
     * this is not the newest revision, or the function is deleted.
     */
    public Future<Boolean> deleteIdle(FunctionRevision newest) {
        return requireNats(() -> store.deleteIdle(newest, now(), new FunctionAudit(Origin.platform(), DELETE)))
                .compose(deleted -> {
                    if (!deleted) {
                        return Future.succeededFuture(false);
                    }
                    LOG.info(
                            "idle function deleted function={} name={} owner={}",
                            newest.id(),
                            newest.spec().name(),
                            newest.owner());
                    return bucket.publish(newest).map(true);
                });
    }

    /** Deletes up to 100 functions of a deleted user. */
    public Future<Void> deleteAllOf(String owner) {
        return store.list(owner, Map.of(), "", DELETED_AT_ONCE)
                .compose(found -> InOrder.forEach(
                        found,
                        function -> delete(owner, function.id(), Preconditions.NONE, Origin.platform())
                                .mapEmpty()));
    }

    private Quota requireRoomForNew(Usage after, long growth) {
        long functions = quotas.of(after.overrides()).of(Limit.FUNCTIONS);
        if (after.functions() > functions) {
            throw Problem.tooMany(functions, "functions").asException();
        }
        return requireRoom(after, growth);
    }

    /** A function that does not grow passes, also when the quota has been lowered since. */
    private Quota requireRoom(Usage after, long growth) {
        var quota = quotas.of(after.overrides());
        long kibibytes = quota.of(Limit.SPEC_KB);
        if (growth > 0 && (after.specBytes() - 1) / KIBIBYTE >= kibibytes) {
            throw quotaExceeded("Your functions would take more than " + kibibytes
                    + " KiB as JSON, the most that those of one user may take together. Make one smaller or delete it,"
                    + " then try again.");
        }
        return quota;
    }

    /** Above half of the bucket, an owner who has more than a fair share can add nothing. */
    private Future<FairShare> share() {
        return FairShare.of(Subjects.FUNCTIONS, bucket.state(), usage::countOwners);
    }

    private static void requireShare(FairShare share, Usage after, long growth) {
        if (growth > 0 && !share.allows(after.specBytes())) {
            throw quotaExceeded(
                    "The platform has little room for functions, and yours take more than a fair share of it."
                            + " Make one smaller or delete it, then try again.");
        }
    }

    private static RuntimeException quotaExceeded(String detail) {
        return Problem.quotaExceeded(detail, QUOTA_RETRY_SECONDS).asException();
    }

    /** Refuses a write that could reach Postgres only. */
    private <T> Future<T> requireNats(Supplier<Future<T>> write) {
        return isConnected.getAsBoolean()
                ? write.get()
                : Future.failedFuture(Problem.unavailable("nats").asException());
    }

    private Future<WriteResult> publish(FunctionRevision function) {
        return bucket.publish(function)
                .compose(sequence -> updateLimit(function).map(new WriteResult(function, sequence)));
    }

    private Future<WriteResult> complete(FunctionRevision revision, Write write) {
        var written = switch (write) {
            case STORE -> publish(revision);
            case PREVIEW -> Future.succeededFuture(new WriteResult(revision, null));
        };
        return written.compose(result ->
                pins.withDigest(result.function()).map(function -> new WriteResult(function, result.sequence())));
    }

    /** A function has a consumer only while it has work. If this fails, the reconciler corrects the limit. */
    private Future<Void> updateLimit(FunctionRevision function) {
        return Future.fromCompletionStage(queue.updateLimit(function), vertx.getOrCreateContext())
                .timeout(CONSUMER_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .recover(failure -> {
                    LOG.warn("limit not updated yet function={} cause={}", function.id(), failure.getMessage());
                    return Future.succeededFuture();
                });
    }

    private FunctionRevision first(String owner, FunctionSpec spec) {
        var now = now();
        return new FunctionRevision(Ids.function(now), owner, 1, digest(spec), now, now, secrets.require(spec));
    }

    private FunctionRevision successor(FunctionRevision current, FunctionSpec spec) {
        return new FunctionRevision(
                current.id(),
                current.owner(),
                current.revision() + 1,
                digest(spec),
                current.createdAt(),
                now(),
                secrets.require(spec),
                current.pauses());
    }

    /** Known if the image reference contains it; otherwise the first spawner that resolves the image pins it. */
    private static @Nullable String digest(FunctionSpec spec) {
        return ImageReference.parse(spec.image()).map(ImageReference::digest).orElse(null);
    }

    private static FunctionRef parse(String ref) {
        return FunctionRef.parse(ref).orElseThrow(() -> notFound(ref));
    }

    static FunctionRef parseWithoutRevision(String ref) {
        var target = parse(ref);
        if (target.revision().isPresent()) {
            throw Problem.invalid("", "a revision cannot be changed: name the function without '@'")
                    .asException();
        }
        return target;
    }

    static RuntimeException notFound(String ref) {
        return Problem.functionNotFound(ref).asException();
    }

    /** The API shows milliseconds, so no more is stored. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Problem nameTaken(String name) {
        return Problem.of(
                409,
                "function_exists",
                "Function exists",
                "You have a function '" + name + "'. Change it with PUT or PATCH, or choose another name.");
    }
}
