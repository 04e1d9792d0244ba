package dev.faas.auth;

import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.StreamSupport;

/** Reads and writes the table {@code signing_key}. */
final class SigningKeyStore {
    private final Pg pg;

    SigningKeyStore(Pg pg) {
        this.pg = pg;
    }

    Future<List<SigningKey>> findAll() {
        return pg.withPool(SigningKeyStore::findAll);
    }

    /** Stores this key if there is none yet, and returns all keys. Replicas that start at the same time get the same key. */
    Future<List<SigningKey>> createFirst(SigningKey key) {
        return pg.inTransaction(tx -> tx.query("lock table signing_key in exclusive mode")
                .execute()
                .compose(locked -> findAll(tx))
                .compose(found -> found.isEmpty() ? insert(tx, key).map(List.of(key)) : Future.succeededFuture(found)));
    }

    Future<Void> add(SigningKey key) {
        return pg.inTransaction(tx -> insert(tx, key));
    }

    private static Future<Void> insert(SqlConnection tx, SigningKey key) {
        return tx.preparedQuery("insert into signing_key (kid, x, y, d, signs_from) values ($1, $2, $3, $4, $5)")
                .execute(Tuple.of(
                        key.kid(), key.x(), key.y(), key.d(), key.signsFrom().atOffset(ZoneOffset.UTC)))
                .mapEmpty();
    }

    private static Future<List<SigningKey>> findAll(SqlClient client) {
        return client.preparedQuery("select kid, x, y, d, signs_from from signing_key order by signs_from, kid")
                .execute()
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(SigningKeyStore::toSigningKey)
                        .toList());
    }

    private static SigningKey toSigningKey(Row row) {
        return new SigningKey(
                row.getString("kid"),
                row.getString("x"),
                row.getString("y"),
                row.getString("d"),
                row.getOffsetDateTime("signs_from").toInstant());
    }
}
