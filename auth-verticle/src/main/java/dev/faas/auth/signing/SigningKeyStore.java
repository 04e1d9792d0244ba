package dev.faas.auth.signing;

import static dev.faas.pg.Pg.utc;

import dev.faas.lifecycle.InOrder;
import dev.faas.pg.Pg;
import dev.faas.seal.KeyEncryptionKeys;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes the table {@code signing_key}, with private values encrypted. */
public final class SigningKeyStore {
    private static final Logger LOG = LoggerFactory.getLogger(SigningKeyStore.class);
    private static final String SELECT =
            "select kid, x, y, d, d_wrapped, kek, signs_from from signing_key order by signs_from, kid";

    private final Pg pg;
    private final KeyEncryptionKeys keks;

    public SigningKeyStore(Pg pg, KeyEncryptionKeys keks) {
        this.pg = pg;
        this.keks = keks;
    }

    public Future<List<SigningKey>> findAll() {
        return pg.withPool(this::findAll);
    }

    /** Stores this key if there is none yet, and returns all keys. Replicas that start at the same time get the same key. */
    public Future<List<SigningKey>> createFirst(SigningKey key) {
        return pg.inTransaction(tx -> tx.query("lock table signing_key in exclusive mode")
                .execute()
                .compose(locked -> findAll(tx))
                .compose(found -> found.isEmpty() ? insert(tx, key).map(List.of(key)) : Future.succeededFuture(found)));
    }

    public Future<Void> add(SigningKey key) {
        return pg.inTransaction(tx -> insert(tx, key));
    }

    /**
     * Encrypts again what an older key has encrypted. A signing key of the version before, which encrypted none, stays as it is: that
     * version may come back, and reads no other.
     */
    public Future<Void> rewrap() {
        if (keks.isEmpty()) {
            return Future.succeededFuture();
        }
        return pg.inTransaction(tx -> tx.query("lock table signing_key in exclusive mode")
                .execute()
                .compose(locked -> tx.query(SELECT).execute())
                .compose(rows ->
                        InOrder.forEach(rows, row -> row.getString("d") != null ? warn(row) : rewrap(tx, row))));
    }

    private static Future<Void> warn(Row row) {
        LOG.warn(
                "signing key is stored unencrypted: when you will not go back to the version before, add a new one and delete"
                        + " this one (dev.faas.auth.NewSigningKey) kid={}",
                row.getString("kid"));
        return Future.succeededFuture();
    }

    private Future<Void> rewrap(SqlConnection tx, Row row) {
        return keks.firstId().equals(Optional.ofNullable(row.getString("kek")))
                ? Future.succeededFuture()
                : wrap(tx, toSigningKey(row));
    }

    private Future<Void> wrap(SqlConnection tx, SigningKey key) {
        var wrapped = keks.wrap(key.kid(), key.d());
        return tx.preparedQuery("update signing_key set d_wrapped = $2, kek = $3 where kid = $1")
                .execute(Tuple.of(key.kid(), wrapped.bytes(), wrapped.kek()))
                .onSuccess(stored -> LOG.info("signing key encrypted kid={} kek={}", key.kid(), wrapped.kek()))
                .mapEmpty();
    }

    private Future<Void> insert(SqlConnection tx, SigningKey key) {
        var wrapped = keks.isEmpty() ? null : keks.wrap(key.kid(), key.d());
        return tx.preparedQuery("""
                        insert into signing_key (kid, x, y, signs_from, d, d_wrapped, kek)
                        values ($1, $2, $3, $4, $5, $6, $7)""")
                .execute(Tuple.of(
                        key.kid(),
                        key.x(),
                        key.y(),
                        utc(key.signsFrom()),
                        wrapped == null ? key.d() : null,
                        wrapped == null ? null : wrapped.bytes(),
                        wrapped == null ? null : wrapped.kek()))
                .mapEmpty();
    }

    private Future<List<SigningKey>> findAll(SqlClient client) {
        return client.preparedQuery(SELECT)
                .execute()
                .map(rows -> rows.stream().map(this::toSigningKey).toList());
    }

    private SigningKey toSigningKey(Row row) {
        var kid = row.getString("kid");
        var plain = row.getString("d");
        return new SigningKey(
                kid,
                row.getString("x"),
                row.getString("y"),
                plain != null
                        ? plain
                        : keks.unwrap(
                                kid,
                                row.getString("kek"),
                                row.getBuffer("d_wrapped").getBytes()),
                row.getOffsetDateTime("signs_from").toInstant());
    }
}
