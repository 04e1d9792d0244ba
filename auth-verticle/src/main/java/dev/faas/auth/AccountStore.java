package dev.faas.auth;

import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

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

    /** False when the name is taken. */
    Future<Boolean> insert(Account account, String passwordHash) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        insert into account (id, username, password_hash, roles, created_at)
                        values ($1, $2, $3, $4, $5) on conflict (username) do nothing""")
                .execute(Tuple.of(
                        account.userId(),
                        account.username(),
                        passwordHash,
                        account.roles().toArray(String[]::new),
                        account.createdAt().atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.rowCount() == 1));
    }

    Future<Optional<Credentials>> findCredentials(String username) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select id, username, roles, created_at, password_hash from account where username = $1")
                .execute(Tuple.of(username))
                .map(rows ->
                        firstRow(rows).map(row -> new Credentials(toAccount(row), row.getString("password_hash")))));
    }

    Future<Optional<Account>> findById(String userId) {
        return pg.withPool(
                pool -> pool.preparedQuery("select id, username, roles, created_at from account where id = $1")
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
        return StreamSupport.stream(rows.spliterator(), false).findFirst();
    }
}
