package dev.faas.auth;

import static dev.faas.auth.Answers.claims;
import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.audit.RefusedAttempts;
import dev.faas.http.client.ClientAddress;
import dev.faas.pg.Pg;
import dev.faas.testing.HttpAnswer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What stands in the audit log, and that the service itself cannot change it. */
class AuditTest extends ServiceFixture {
    @BeforeAll
    static void haveARow() {
        client.register("kept", PASSWORD);
    }

    /** With the credential of the service, after it has given the table away. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit set actor = 'nobody'",
                "insert into audit (seq, actor, via, action, outcome, changes) overriding system value"
                        + " values (-5, 'operator', 'terminal', 'forged', 'ok', '{}')",
                "insert into audit (at, actor, via, action, outcome, changes)"
                        + " values ('2000-01-01', 'operator', 'terminal', 'forged', 'ok', '{}')",
                "update audit set changes = '{}' where seq = 1",
                "delete from audit",
                "truncate audit",
                "drop table audit",
                "alter table audit rename to other",
                "alter table audit owner to faas_auth",
                "alter table audit disable trigger all",
                "create trigger t before insert on audit execute function suppress_redundant_updates_trigger()",
                "create rule r as on insert to audit do instead nothing",
                "grant update, delete on audit to faas_auth; delete from audit",
                "drop schema auth cascade",
                "alter schema auth rename to other",
                "alter schema auth owner to faas_auth",
                "set role faas_auth_audit",
                "grant faas_auth_audit to faas_auth",
                "drop function keeper.prune_auth_audit()",
                "create or replace function keeper.prune_auth_audit() returns void language sql as 'select null'"
            })
    void theServicesRoleCannotChangeOrRemoveARow(String statement) throws SQLException {
        var before = service.backends.number("select count(*) from auth.audit");

        try (var connection = connection();
                var sql = connection.createStatement()) {
            assertThatThrownBy(() -> sql.execute(statement)).isInstanceOf(SQLException.class);
        }

        assertThat(service.backends.number("select count(*) from auth.audit")).isEqualTo(before);
    }

    @Test
    void theServicesRoleCanAddAndReadRows_andMigrateOtherTables() throws SQLException {
        try (var connection = connection();
                var sql = connection.createStatement()) {
            sql.execute("insert into audit (actor, via, action, outcome, changes)"
                    + " values ('operator', 'terminal', 'test', 'ok', '{}')");
            try (var rows = sql.executeQuery("select count(*) from audit where action = 'test'")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(1);
            }
            sql.execute("create table later (id int)");
            sql.execute("alter table account add column later int");
        }
    }

    @Test
    void onlyRowsOfMoreThanFourHundredDaysArePruned() throws Exception {
        for (var days : new int[] {399, 401}) {
            service.backends.run("insert into auth.audit (at, actor, via, action, outcome, changes) values"
                    + " (now() - interval '" + days + " days', 'operator', 'terminal', 'aged', 'ok', '{}')");
        }

        service.backends.run(
                "insert into auth.audit (at, actor, via, action, outcome, changes) select"
                        + " now() - interval '500 days', 'operator', 'terminal', 'aged', 'ok', '{}' from generate_series(1, 20001)");

        withStore((store, refused) -> store.prune());

        assertThat(service.backends.number("select count(*) from auth.audit where action = 'aged'"))
                .isEqualTo(1);
    }

    @Test
    void aChangeLeavesOneRow_andOneThatFailsLeavesNone() throws SQLException {
        var userId = client.register("audited", PASSWORD).json().getString("userId");
        client.register("audited", PASSWORD);
        var login = client.login("audited", PASSWORD);
        client.logout(login.refreshToken());
        client.logout(login.refreshToken());

        assertThat(service.backends.text("""
                        select string_agg(concat_ws(' ', action, outcome, via like 'sid_%%', address,
                        request_id is not null), ', ' order by seq)
                        from auth.audit where target = '%1$s' or actor = '%1$s'""".formatted(userId).replace("\n", " ")))
                .isEqualTo(
                        "account.create ok f 127.0.0.1 t, session.create ok t 127.0.0.1 t, session.end ok t 127.0.0.1 t");
    }

    /** For a collector outside, which keeps what a thief of the database could change. */
    @Test
    void eachStoredRowIsLogged_andNoneOfAChangeThatFailed() throws Exception {
        try (var lines = new LoggedRows()) {
            client.register("unlogged", PASSWORD);
            assertThat(lines.rows).isEmpty();
            var vertx = Vertx.vertx();
            try {
                Backends.serve(vertx, service.backends.config("auditLog", true), other -> {
                    other.register("logged", PASSWORD);
                    other.register("logged", PASSWORD);
                });
            } finally {
                await(vertx.close());
            }

            var stored = service.backends.text("select to_json(a) from auth.audit a order by seq desc limit 1");
            assertThat(lines.rows).hasSize(1);
            var logged = new JsonObject(lines.rows.getFirst());
            var row = new JsonObject(stored);
            assertThat(logged.getString("action")).isEqualTo("account.create");
            assertThat(logged.getLong("seq")).isEqualTo(row.getLong("seq"));
            assertThat(logged.getString("requestId")).isEqualTo(row.getString("request_id"));
            assertThat(logged.getJsonObject("changes")).isEqualTo(row.getJsonObject("changes"));
        }
    }

    @Test
    void aRowOfATransactionThatIsUndoneIsNotLogged() throws Exception {
        try (var lines = new LoggedRows()) {
            withPg(pg -> {
                var store = new AuditStore(pg, "auth", true);
                for (var target : List.of("undone", "done")) {
                    await(pg.inTransaction(tx -> store.write(tx, AuditEntry.done(Origin.operator(), "test", target))
                                    .compose(written -> target.equals("done")
                                            ? Future.succeededFuture()
                                            : Future.<Void>failedFuture("undone")))
                            .otherwiseEmpty());
                }
            });

            assertThat(lines.rows)
                    .singleElement()
                    .satisfies(row ->
                            assertThat(new JsonObject(row).getString("target")).isEqualTo("done"));
        }
    }

    private static final class LoggedRows extends AppenderBase<ILoggingEvent> implements AutoCloseable {
        private final Logger logger = (Logger) LoggerFactory.getLogger("audit");
        final List<String> rows = new CopyOnWriteArrayList<>();

        LoggedRows() {
            start();
            logger.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            rows.add(event.getFormattedMessage());
        }

        @Override
        public void close() {
            logger.detachAppender(this);
        }
    }

    @Test
    void changesOfTheOwnLoginsPasswordAndKeysLeaveOneRowEach() throws SQLException {
        var userId = client.register("careful", PASSWORD).json().getString("userId");
        var login = client.login("careful", PASSWORD);
        var token = login.accessToken();
        var second = client.login("careful", PASSWORD).accessToken();
        client.login("careful", PASSWORD);
        var passwords = new JsonObject().put("currentPassword", PASSWORD).put("newPassword", "another password");
        var key = client.as(token, "POST", "/v1/auth/keys", new JsonObject().put("name", "nightly"))
                .json()
                .getString("keyId");

        for (var i = 0; i < 2; i++) { // the second time there is nothing to change
            client.as(token, "DELETE", "/v1/auth/keys/" + key);
            client.as(token, "DELETE", "/v1/auth/sessions/" + claims(second).getString("sid"));
            client.as(token, "DELETE", "/v1/auth/sessions");
            client.as(token, "POST", "/v1/auth/password", passwords);
        }

        assertThat(service.backends.text("""
                        select string_agg(concat_ws(' ', action, target = '%1$s', target = '%2$s', project = '%1$s',
                        changes ->> 'scopes'), ', ' order by seq)
                        from auth.audit where actor = '%1$s' and action not like 'session.create'""".formatted(userId, key).replace("\n", " ")))
                .isEqualTo("key.create f t t [\"read\", \"invoke\", \"functions\"], key.delete f t t,"
                        + " session.end f f, sessions.end t f t, password.change t f t");
    }

    @Test
    void refusedLoginsAreCountedInOneRowAnAccountAndAddress_andNamesThatAreNoAccountsAreNotWritten() throws Exception {
        var userId = client.register("guessed", PASSWORD).json().getString("userId");
        assertThat(client.login("guessed", "wrong"))
                .extracting(HttpAnswer::status)
                .isEqualTo(401);
        withStore((store, refused) -> {
            for (var i = 0; i < 3; i++) {
                refused.countLogin(Optional.of(userId), address("192.0.2.1"));
            }
            refused.countLogin(Optional.of(userId), address("192.0.2.2"));
            refused.countLogin(Optional.empty(), address("192.0.2.1"));
            await(refused.flush());
            await(refused.flush());
        });

        assertThat(service.backends.text("""
                        select string_agg(concat_ws(' ', actor, address, target = '%s', changes ->> 'count'), ', '
                        order by address, target nulls last) from auth.audit
                        where outcome = 'refused' and address like '192.%%'""".formatted(userId)))
                .isEqualTo("anonymous 192.0.2.1 t 3, anonymous 192.0.2.1 1, anonymous 192.0.2.2 t 1");
    }

    private interface Work {
        void run(AuditStore store, RefusedAttempts refused) throws Exception;
    }

    private static ClientAddress address(String text) {
        return ClientAddress.parse(text).orElseThrow();
    }

    private static void withStore(Work work) throws Exception {
        withPg(pg -> {
            var store = new AuditStore(pg, "auth", false);
            work.run(store, new RefusedAttempts(store));
        });
    }

    private interface PgWork {
        void run(Pg pg) throws Exception;
    }

    private static void withPg(PgWork work) throws Exception {
        var vertx = Vertx.vertx();
        var pg = Pg.open(vertx, service.backends.pgConfig(service.backends.postgres.url(), Duration.ofSeconds(10)));
        try {
            work.run(pg);
        } finally {
            await(pg.close());
            await(vertx.close());
        }
    }

    private static Connection connection() throws SQLException {
        var role = service.backends.postgres.role("auth");
        return DriverManager.getConnection(service.backends.jdbcUrl(), role.user(), role.password());
    }
}
