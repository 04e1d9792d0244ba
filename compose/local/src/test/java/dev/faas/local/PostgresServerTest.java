package dev.faas.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class PostgresServerTest {
    @TempDir
    Path directory;

    @Test
    void givenNothing_whenStarted_thenItIsDurableAndOnLoopbackOnly() throws Exception {
        try (var postgres = PostgresServer.start(directory);
                var sql = connect(postgres, postgres.user(), postgres.password())) {
            assertThat(show(sql, "fsync")).isEqualTo("on");
            assertThat(show(sql, "synchronous_commit")).isEqualTo("on");
            assertThat(show(sql, "listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(show(sql, "unix_socket_directories")).isEmpty();
            assertThat(postgres.url()).isEqualTo("postgres://127.0.0.1:" + postgres.port() + "/faas");
        }
    }

    @Test
    void givenItRuns_whenAWrongOrNoPasswordIsGiven_thenItIsRefused() throws Exception {
        try (var postgres = PostgresServer.start(directory)) {
            var auth = postgres.role("auth");
            assertThatThrownBy(() -> connect(postgres, auth.user(), auth.password() + "x"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
            assertThatThrownBy(() -> connect(postgres, postgres.user(), ""))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
    }

    @Test
    void givenTwoRoles_whenOneLooksIntoTheOthersSchema_thenItIsRefused() throws Exception {
        try (var postgres = PostgresServer.start(directory);
                var auth = connect(postgres, postgres.role("auth"));
                var registry = connect(postgres, postgres.role("registry"))) {
            run(auth, "CREATE TABLE accounts (id text)");
            run(registry, "CREATE TABLE functions (id text)");
            assertThat(show(auth, "search_path")).isEqualTo("auth");
            assertRefused(registry, "SELECT * FROM auth.accounts");
            assertRefused(auth, "CREATE TABLE registry.mine (id text)");
            assertRefused(auth, "CREATE TABLE public.mine (id text)");
        }
    }

    @Test
    void rowsOfAuditLogsAreKeptAsLongAsTheOperatorSays() throws Exception {
        for (var days : new int[] {30, 500}) {
            try (var postgres = PostgresServer.start(directory, Duration.ofDays(days));
                    var superuser = connect(postgres, postgres.user(), postgres.password());
                    var auth = connect(postgres, postgres.role("auth"))) {
                if (days == 30) {
                    run(
                            auth,
                            "CREATE TABLE audit (seq serial, at timestamptz, actor text, via text, action text, target text,"
                                    + " project text, outcome text, address text, request_id text, changes jsonb)");
                    run(auth, "SELECT keeper.take_auth_audit()");
                }
                for (var age : new int[] {days - 1, days + 1}) {
                    run(superuser, "INSERT INTO auth.audit (at) VALUES (now() - interval '" + age + " days')");
                }

                run(auth, "SELECT keeper.prune_auth_audit()");

                assertThat(one(superuser, "SELECT extract(day FROM now() - min(at))::int FROM auth.audit"))
                        .isEqualTo(String.valueOf(days - 1));

                // A statement of a service has ten seconds.
                run(
                        superuser,
                        "INSERT INTO auth.audit (at) SELECT now() - interval '" + (days + 1)
                                + " days' FROM generate_series(1, 12345)");
                assertThat(one(auth, "SELECT keeper.prune_auth_audit()")).isEqualTo("10000");
                assertThat(one(auth, "SELECT keeper.prune_auth_audit()")).isEqualTo("2345");
            }
        }
    }

    @Test
    void givenARow_whenKilledAndRestarted_thenItIsThereOnTheSamePort() throws Exception {
        try (var postgres = PostgresServer.start(directory)) {
            var port = postgres.port();
            var auth = postgres.role("auth");
            try (var sql = connect(postgres, auth)) {
                run(sql, "CREATE TABLE kept AS SELECT 42 AS answer");
            }
            postgres.kill();
            assertThatThrownBy(() -> connect(postgres, auth)).isInstanceOf(SQLException.class);
            postgres.restart();

            assertThat(postgres.port()).isEqualTo(port);
            try (var sql = connect(postgres, auth)) {
                assertThat(one(sql, "SELECT answer FROM kept")).isEqualTo("42");
            }
        }
    }

    @Test
    void givenAKilledServerWhoseProcessIdIsReused_whenStartedAgain_thenDataAndPasswordsAreTheSame() throws Exception {
        PostgresServer.Role auth;
        try (var first = PostgresServer.start(directory)) {
            auth = first.role("auth");
            try (var sql = connect(first, auth)) {
                run(sql, "CREATE TABLE kept AS SELECT 42 AS answer");
            }
            first.kill();
        }
        var lock = directory.resolve("cluster/data/postmaster.pid");
        var lines = Files.readAllLines(lock);
        lines.set(0, Long.toString(ProcessHandle.current().pid()));
        Files.write(lock, lines);

        try (var second = PostgresServer.start(directory);
                var sql = connect(second, auth)) {
            assertThat(one(sql, "SELECT answer FROM kept")).isEqualTo("42");
            assertThat(second.role("auth")).isEqualTo(auth);
        }
    }

    @Test
    void givenTwoAtOnce_whenStarted_thenTheyShareNothing() throws Exception {
        try (var one = PostgresServer.start(directory.resolve("one"));
                var other = PostgresServer.start(directory.resolve("other"))) {
            assertThat(one.port()).isNotEqualTo(other.port());
            assertThat(one.password()).isNotEqualTo(other.password());
            assertThatThrownBy(() -> connect(other, one.role("auth"))).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void givenItRan_whenClosed_thenNoProcessAndNoReadablePasswordIsLeft() throws Exception {
        var postgres = PostgresServer.start(directory);
        postgres.close();
        postgres.close();
        assertThat(ProcessTable.findWorkingIn(directory.resolve("cluster/data")))
                .isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("credentials"))))
                .isEqualTo("rw-------");
        assertThat(directory).isDirectoryNotContaining("glob:**/setup*");
        assertThat(Files.readString(directory.resolve("postgres.log"))).doesNotContain(postgres.password());
    }

    @Test
    void givenAFirstStartThatWasKilled_whenStarted_thenTheDatabaseIsCreated() throws Exception {
        Files.createDirectories(directory.resolve("cluster/data.new/base"));
        try (var postgres = PostgresServer.start(directory);
                var sql = connect(postgres, postgres.role("auth"))) {
            assertThat(one(sql, "SELECT 1")).isEqualTo("1");
        }
    }

    private static Connection connect(PostgresServer postgres, PostgresServer.Role role) throws SQLException {
        return connect(postgres, role.user(), role.password());
    }

    private static Connection connect(PostgresServer postgres, String user, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:" + postgres.url().replace("postgres:", "postgresql:"), user, password);
    }

    private static void assertRefused(Connection sql, String statement) {
        assertThatThrownBy(() -> run(sql, statement))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("permission denied");
    }

    private static void run(Connection sql, String statement) throws SQLException {
        try (var prepared = sql.prepareStatement(statement)) {
            prepared.execute();
        }
    }

    private static String show(Connection sql, String setting) throws SQLException {
        return one(sql, "SELECT current_setting('" + setting + "')");
    }

    private static String one(Connection sql, String query) throws SQLException {
        try (var prepared = sql.prepareStatement(query);
                var rows = prepared.executeQuery()) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
