package dev.faas.dispatcher.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Asks the ledger for activations that were submitted earlier. */
final class SubmittedStore {
    private final Pg pg;

    SubmittedStore(Pg pg) {
        this.pg = pg;
    }

    /** Those of them that it has. */
    Future<Set<String>> find(Collection<String> ids) {
        return pg.withPool(pool -> pool.preparedQuery("select id from activation where id = any($1)")
                .execute(Tuple.of(ids.toArray(String[]::new)))
                .map(rows -> rows.stream().map(row -> row.getString("id")).collect(Collectors.toSet())));
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
