package dev.faas.gateway.function;

import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.forward.RegistryClient;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.util.Optional;

/** Finds the revision that a reference names, in the cache or else at the registry. */
public final class Functions {
    private final FunctionCache cache;
    private final RegistryClient registry;

    public Functions(FunctionCache cache, RegistryClient registry) {
        this.cache = cache;
        this.registry = registry;
    }

    /** Fails with {@code function_not_found}. */
    public Future<FunctionRevision> find(String reference, Caller caller) {
        var ref = FunctionRef.parse(reference);
        if (ref.isEmpty()) {
            return Future.failedFuture(notFound(reference));
        }
        return findInCache(ref.get(), caller.userId())
                .map(Future::succeededFuture)
                .orElseGet(() -> registry.findFunction(reference, caller)
                        .map(found -> found.filter(function -> function.owner().equals(caller.userId()))
                                .orElseThrow(() -> notFound(reference))));
    }

    /** The cache has current revisions only, so a pinned revision is found only while it is current. */
    private Optional<FunctionRevision> findInCache(FunctionRef ref, String owner) {
        var current = ref.isId() ? cache.byId(owner, ref.target()) : cache.byName(owner, ref.target());
        return current.filter(
                function -> ref.revision().isEmpty() || ref.revision().getAsInt() == function.revision());
    }

    private static RuntimeException notFound(String ref) {
        return Problem.functionNotFound(ref.length() > 100 ? ref.substring(0, 100) + "…" : ref)
                .asException();
    }
}
