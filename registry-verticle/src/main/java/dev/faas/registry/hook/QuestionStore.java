package dev.faas.registry.hook;

import dev.faas.pg.FunctionRevisionStore;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRef;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what gateways ask for: a hook's requests have no token with which they could ask the API. */
public final class QuestionStore {
    private final Pg pg;

    public QuestionStore(Pg pg) {
        this.pg = pg;
    }

    Future<Boolean> hasActivation(String owner, String id) {
        return pg.withPool(pool -> pool.preparedQuery("select from activation where id = $1 and owner = $2")
                .execute(Tuple.of(id, owner))
                .map(rows -> rows.size() > 0));
    }

    /** The wire record of a revision. */
    Future<Optional<byte[]>> findFunction(String owner, String ref) {
        var function = FunctionRef.parse(ref).filter(FunctionRef::isId);
        if (function.isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        var wanted = function.get().revision();
        @Nullable Integer revision = wanted.isPresent() ? wanted.getAsInt() : null;
        return FunctionRevisionStore.find(pg, owner, function.get().target(), revision)
                .map(found -> found.map(Codec::encode));
    }
}
