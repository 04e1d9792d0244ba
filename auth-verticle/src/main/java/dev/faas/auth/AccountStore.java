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

/** The table {@code account}. */
final class AccountStore {
    /** An account and what its password is checked against. */
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

    Future<Optional<Credentials>> credentials(String username) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select id, username, roles, created_at, password_hash from account where username = $1")
                .execute(Tuple.of(username))
                .map(rows -> first(rows).map(row -> new Credentials(account(row), row.getString("password_hash")))));
    }

    Future<Optional<Account>> byId(String userId) {
        return pg.withPool(
                pool -> pool.preparedQuery("select id, username, roles, created_at from account where id = $1")
                        .execute(Tuple.of(userId))
                        .map(rows -> first(rows).map(AccountStore::account)));
    }

    /** The account in a row that has its four public columns. */
    static Account account(Row row) {
        return new Account(
                row.getString("id"),
                row.getString("username"),
                List.of(row.getArrayOfStrings("roles")),
                row.getOffsetDateTime("created_at").toInstant());
    }

    static Optional<Row> first(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).findFirst();
    }
}
