package dev.faas.auth;

import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;

/** Reads and writes the table {@code account}. */
final class AccountStore {
    record Credentials(Account account, String passwordHash) {
        @Override
        public String toString() {
            return "Credentials[" + account.userId() + "]";
        }
    }

    private final Pg pg;

    AccountStore(Pg pg) {
        this.pg = pg;
    }

    Future<Optional<Credentials>> findCredentials(String username) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select id, username, roles, created_at, password_hash from account"
                                + " where username = $1 and state = 'active' and password_hash is not null")
                .execute(Tuple.of(username))
                .map(rows ->
                        firstRow(rows).map(row -> new Credentials(toAccount(row), row.getString("password_hash")))));
    }

    Future<Optional<Account>> findById(String userId) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select id, username, roles, created_at from account where id = $1 and state <> 'deleted'")
                .execute(Tuple.of(userId))
                .map(rows -> firstRow(rows).map(AccountStore::toAccount)));
    }

    /** @param row with the columns {@code id}, {@code username}, {@code roles} and {@code created_at} */
    static Account toAccount(Row row) {
        return new Account(
                row.getString("id"),
                row.getString("username"),
                List.of(row.getArrayOfStrings("roles")),
                row.getOffsetDateTime("created_at").toInstant());
    }

    static Optional<Row> firstRow(RowSet<Row> rows) {
        return rows.stream().findFirst();
    }
}
