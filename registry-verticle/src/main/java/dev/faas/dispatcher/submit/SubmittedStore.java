package dev.faas.dispatcher.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;

/** Asks the ledger for activations that were submitted earlier. */
final class SubmittedStore {
    private final Pg pg;

    SubmittedStore(Pg pg) {
        this.pg = pg;
    }

    /** Without its content. */
    Future<Optional<JsonNode>> find(String id) {
        return pg.withPool(pool -> pool.preparedQuery("select from activation where id = $1")
                .execute(Tuple.of(id))
                .map(rows -> rows.size() == 0
                        ? Optional.<JsonNode>empty()
                        : Optional.of(JsonNodeFactory.instance.objectNode())));
    }
}
