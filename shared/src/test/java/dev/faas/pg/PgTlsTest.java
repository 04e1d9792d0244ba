package dev.faas.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.CaFile;
import dev.faas.config.Env;
import dev.faas.config.Secret;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.local.PostgresServer;
import dev.faas.testing.Await;
import dev.faas.testing.TestCertificate;
import dev.faas.testing.TestPostgres;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PgTlsTest {
    /** Of a start: the first handshake takes long on a busy machine. */
    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir
    static Path directory;

    private static final Vertx VERTX = Vertx.vertx();
    private static TestCertificate certificate;
    private static PostgresServer postgres;

    @BeforeAll
    static void start() throws Exception {
        certificate = TestCertificate.create(directory, "postgres");
        postgres = TestPostgres.start(directory.resolve("pg"));
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
        Await.await(VERTX.close());
    }

    @Test
    void givenTheCa_whenOpened_thenAllConnectionsAreEncryptedAndARestartOfTheServerIsSurvived() throws Exception {
        turnOnTls(certificate);
        var pg = open(certificate.authority());

        assertThat(encrypted(pg)).isTrue();
        postgres.restart();

        Await.until("connected again", Duration.ofSeconds(20), () -> {
            try {
                return encrypted(pg);
            } catch (RuntimeException away) {
                return false;
            }
        });
        Await.await(pg.close());
    }

    @Test
    void givenAnotherCaOrName_whenOpened_thenTheStartEndsWithTheReason() throws Exception {
        turnOnTls(certificate);
        var stranger = TestCertificate.create(directory, "stranger").authority();
        assertThatThrownBy(() -> open(stranger))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageStartingWith("the certificate of postgres at 127.0.0.1:" + postgres.port() + " was refused")
                .hasMessageContaining("signed by the CA in FAAS_PG_CA_FILE (" + stranger + ")");

        turnOnTls(certificate.another("elsewhere", "DNS:elsewhere"));
        assertThatThrownBy(() -> open(certificate.authority()))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining("have the host name in FAAS_PG_URL");
    }

    @Test
    void givenAServerWithoutTls_whenOpened_thenTheStartEndsWithTheReason() throws Exception {
        execute("ALTER SYSTEM SET ssl = off");
        postgres.restart();

        assertThatThrownBy(() -> open(certificate.authority()))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining("speaks no TLS, but FAAS_PG_CA_FILE is set");
    }

    /** Whether all connections are. */
    private static boolean encrypted(Pg pg) {
        return Await.await(pg.pool()
                        .query("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                                + " WHERE client_port IS NOT NULL")
                        .execute())
                .iterator()
                .next()
                .getBoolean(0);
    }

    private static Pg open(Path ca) throws Exception {
        var file = CaFile.from(Env.of(Map.of("FAAS_PG_CA_FILE", ca.toString())), "FAAS_PG_CA_FILE", "")
                .orElseThrow();
        var secret = new Secret(postgres.password());
        return Pg.open(
                VERTX, new PgConfig(URI.create(postgres.url()), postgres.user(), secret, "things", 2, LIMIT, file));
    }

    /** With the server's own names of its files. */
    private static void turnOnTls(TestCertificate shown) throws Exception {
        var data = directory.resolve("pg/cluster/data");
        Files.write(data.resolve("server.crt"), Files.readAllBytes(shown.chain()));
        Files.write(data.resolve("server.key"), Files.readAllBytes(shown.key()));
        for (var name : new String[] {"server.crt", "server.key"}) {
            Files.setOwner(data.resolve(name), Files.getOwner(data));
            Files.setPosixFilePermissions(data.resolve(name), PosixFilePermissions.fromString("rw-------"));
        }
        execute("ALTER SYSTEM SET ssl = on");
        postgres.restart();
    }

    private static void execute(String sql) throws Exception {
        try (var connection = DriverManager.getConnection(
                        "jdbc:" + postgres.url().replace("postgres:", "postgresql:"),
                        postgres.user(),
                        postgres.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
