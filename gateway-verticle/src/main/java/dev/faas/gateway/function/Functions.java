package dev.faas.gateway.function;

import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.forward.RegistryClient;
import dev.faas.gateway.function.FunctionCache.Head;
import dev.faas.nats.retry.BusRetry;
import dev.faas.wire.Codec.CodecException;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds the revision that a reference names, in the cache or else at the registry. */
public final class Functions {
    private final FunctionCache cache;
    private final BusRetry bus;
    private final RegistryClient registry;

    public Functions(FunctionCache cache, BusRetry bus, RegistryClient registry) {
        this.cache = cache;
        this.bus = bus;
        this.registry = registry;
    }

    /** Fails with {@code function_not_found}, or with {@code unavailable}. */
    public Future<FunctionRevision> find(String reference, Caller caller) {
        var ref = FunctionRef.parse(reference);
        if (ref.isEmpty()) {
            return Future.failedFuture(notFound(reference));
        }
        return find(ref.get(), caller.userId(), caller, () -> findInRegistry(reference, caller));
    }

    /**
     * Of a hook: its requests have no token with which the registry's API could be asked.
     *
     * @param otherwise finds it elsewhere when the cache has not got it
     */
    public Future<FunctionRevision> find(
            FunctionRef ref, String owner, BusRetry.Request request, Supplier<Future<FunctionRevision>> otherwise) {
        return findHead(ref, owner)
                .map(head -> read(head, request)
                        .compose(function ->
                                isWanted(ref, function.revision()) ? Future.succeededFuture(function) : otherwise.get())
                        .recover(failure -> isUnknown(failure) ? otherwise.get() : Future.failedFuture(failure)))
                .orElseGet(otherwise);
    }

    /** The cache knows current revisions only, so a pinned revision is found only while it is current. */
    private Optional<Head> findHead(FunctionRef ref, String owner) {
        var current = ref.isId() ? cache.byId(owner, ref.target()) : cache.byName(owner, ref.target());
        return current.filter(head -> isWanted(ref, head.revision()));
    }

    private static boolean isWanted(FunctionRef ref, int revision) {
        return ref.revision().isEmpty() || ref.revision().getAsInt() == revision;
    }

    private Future<FunctionRevision> read(Head head, BusRetry.Request request) {
        var cached = cache.read(head);
        return cached.isDone() && !cached.isCompletedExceptionally()
                ? Future.succeededFuture(cached.resultNow())
                : bus.ask(request, () -> cache.read(head));
    }

    /** It changed since the cache saw it, or a newer version wrote it. */
    private static boolean isUnknown(Throwable failure) {
        return failure instanceof NoSuchElementException || failure instanceof CodecException;
    }

    private Future<FunctionRevision> findInRegistry(String reference, Caller caller) {
        return registry.findFunction(reference, caller)
                .map(found -> found.filter(function -> function.owner().equals(caller.userId()))
                        .orElseThrow(() -> notFound(reference)));
    }

    private static RuntimeException notFound(String ref) {
        return Problem.functionNotFound(ref.length() > 100 ? ref.substring(0, 100) + "…" : ref)
                .asException();
    }
}
