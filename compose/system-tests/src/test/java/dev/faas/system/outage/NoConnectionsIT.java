package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import dev.faas.system.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests services that have lost their connections to Postgres while other clients use all of them. */
@Timeout(180)
class NoConnectionsIT {
    private static final Duration GONE = Duration.ofSeconds(20);
    private static final int MORE_THAN_IT_LETS_IN = 200;

    @TempDir
    Path data;

    @Test
    void whatNeedsTheDatabaseSaysSoWhatDoesNotGoesOnAndAllIsWellOnceThereAreSomeAgain() throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var platform = Platform.start(UpOptions.local(data, Map.of()));
                var load = SteadyLoad.start(platform, images)) {
            var bob = Client.register(platform.api());
            bob.function("quick", images.script("echo quick"));

            String meanwhile;
            try (var hog = new Hog(platform, data);
                    var log = new LogLines("dev.faas.http.AccessLog")) {
                hog.takeAll();
                for (var reply : List.of(
                        bob.refresh(),
                        bob.get("/v1/activations"),
                        bob.post("/v1/functions", Map.of("name", "late", "image", "any")))) {
                    reply.expectUnavailable("postgres");
                }
                log.await(
                        line -> line.contains("path=/v1/activations status=503") && !line.endsWith("cause=-"),
                        "the cause of the 503");
                meanwhile = bob.run("quick", "");
                load.awaitNothingBut(true, GONE);
            }

            bob.awaitListed(meanwhile, "succeeded");
            Client.register(platform.api()).get("/v1/auth/me").expect(200);
            load.accountForAll(platform);
        }
    }

    /** Takes all connections as a superuser, after ending those of the services. */
    private static final class Hog implements AutoCloseable {
        private final Deque<Connection> held = new ArrayDeque<>();
        private final String url;
        private final Properties credentials = new Properties();

        Hog(Platform platform, Path data) throws IOException {
            url = "jdbc:" + platform.settingsOf("registry").get("FAAS_PG_URL").replaceFirst("postgres", "postgresql");
            try (var in = Files.newBufferedReader(data.resolve("postgres").resolve("credentials"))) {
                credentials.load(in);
            }
        }

        /** Until none is found twice in a row, because a service may reconnect before the place is taken. */
        void takeAll() throws SQLException {
            takeFree();
            try (var statement = held.getFirst().createStatement()) {
                long until = System.nanoTime() + GONE.toNanos();
                int noneFound = 0;
                while (noneFound < 2) {
                    assertThat(System.nanoTime())
                            .as("connections are left to the services")
                            .isLessThan(until);
                    try (var result =
                            statement.executeQuery("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                    + " WHERE usename IS DISTINCT FROM 'faas' AND backend_type = 'client backend'")) {
                        result.next();
                        noneFound = result.getInt(1) == 0 ? noneFound + 1 : 0;
                    }
                    takeFree();
                }
            }
        }

        private void takeFree() throws SQLException {
            for (int i = 0; i < MORE_THAN_IT_LETS_IN; i++) {
                try {
                    held.add(DriverManager.getConnection(url, "faas", credentials.getProperty("faas")));
                } catch (SQLException full) {
                    assertThat(full.getSQLState()).as(full.getMessage()).isEqualTo("53300");
                    return;
                }
            }
            throw new AssertionError("it lets in any number");
        }

        @Override
        public void close() throws SQLException {
            var failures = new ArrayList<SQLException>();
            for (var connection : held) {
                try {
                    connection.close();
                } catch (SQLException e) {
                    failures.add(e);
                }
            }
            if (!failures.isEmpty()) {
                throw failures.getFirst();
            }
        }
    }
}
