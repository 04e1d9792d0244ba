package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;
import dev.faas.spawner.docker.OwnDocker;
import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import dev.faas.testing.Await;
import dev.faas.testing.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disk of one part is full, to the last byte, for a while. Needs root, for a file system of its own. */
@Timeout(300)
class DiskFullIT {
    private static final Duration NOTICED = Duration.ofSeconds(20);
    private static final Duration FULL = Duration.ofSeconds(8);
    /** Longer than a spawner may be silent: its signs of life are stored, too. */
    private static final Duration FULL_BUS = Duration.ofSeconds(35);

    private static final Duration RECOVERED = Duration.ofSeconds(30);

    @TempDir
    Path data;

    @Test
    void thatOfTheBus() throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var disk = SmallDisk.at(data.resolve("nats"), 128);
                var platform = start(Map.of("FAAS_EVENTS_MB", "64", "FAAS_IDEMPOTENCY_MB", "1"));
                var load = SteadyLoad.start(platform, images)) {
            var bob = Client.register(platform.api());
            var done = bob.function("done", images.script("echo done"));
            var before = bob.run("done", "");
            bob.awaitListed(before);

            disk.fill();
            load.awaitRefusal(NOTICED).expectUnavailable("nats");
            load.awaitNothingBut(false, FULL_BUS).forEach(reply -> reply.expectUnavailable("nats"));
            assertThat(disk.free()).isZero();
            // What needs no room on it goes on.
            Client.register(platform.api()).get("/v1/auth/me").expect(200);
            bob.get("/v1/functions/" + done).expect(200);
            bob.get("/v1/activations").expect(200);
            bob.get("/v1/activations/" + before).expect(200);
            assertThat(bob.result(before)).asString().isEqualTo("done\n");
            disk.empty();

            load.awaitAcceptance(RECOVERED);
            bob.run("done", "again");
            load.accountForAll(platform);
        }
    }

    /** First what is written to tables, then the log of transactions too, which ends the server. */
    @Test
    void thatOfTheDatabase() throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var disk = SmallDisk.at(data.resolve("postgres"), 256);
                var platform = start(Map.of());
                var load = SteadyLoad.start(platform, images)) {
            var bob = Client.register(platform.api());
            bob.function("quick", images.script("echo quick"));
            bob.run("quick", "before");

            disk.fill();
            load.awaitNothingBut(true, FULL);
            exhaustLog(platform);
            bob.refresh().expectUnavailable("postgres");
            bob.get("/v1/activations").expectUnavailable("postgres");
            bob.post("/v1/functions", Map.of("name", "late", "image", "any")).expectUnavailable("postgres");
            load.awaitNothingBut(true, FULL);
            var meanwhile = bob.run("quick", "meanwhile");
            assertThat(bob.result(meanwhile)).asString().isEqualTo("quick\n");
            disk.empty();

            bob.awaitListed(meanwhile, "succeeded");
            Client.register(platform.api());
            load.accountForAll(platform);
        }
    }

    /** Segments of the log are made ahead; a new one finds no room. */
    private void exhaustLog(Platform platform) throws Exception {
        var credentials = new Properties();
        try (var in = Files.newBufferedReader(data.resolve("postgres").resolve("credentials"))) {
            credentials.load(in);
        }
        var url = "jdbc:" + platform.settingsOf("registry").get("FAAS_PG_URL").replaceFirst("postgres", "postgresql");
        try (var connection = DriverManager.getConnection(url, "faas", credentials.getProperty("faas"));
                var statement = connection.createStatement()) {
            for (int i = 0; i < 100; i++) {
                statement.execute("SELECT pg_logical_emit_message(false, 'test', 'x'), pg_switch_wal()");
            }
        } catch (SQLException gone) {
            return;
        }
        throw new AssertionError("the database has room for its log");
    }

    /** Below the mark nothing is started; without one, what is started fails by itself, and is tried again. */
    @Test
    void thatOfDockerWithAMark() throws Exception {
        dockers("16");
    }

    @Test
    void thatOfDockerWithoutAMark() throws Exception {
        dockers("0");
    }

    private void dockers(String mark) throws Exception {
        // A short path: a socket's has to be.
        var home = Files.createTempDirectory(Path.of("/var/tmp"), "faas-full-");
        try (var disk = SmallDisk.at(home, 192);
                var docker = OwnDocker.start(home.resolve("d"));
                var images = new TestImages(docker.host());
                // Nothing booted ahead: that would still run.
                var platform = start(Map.of(
                        "FAAS_DOCKER_HOST",
                        docker.host().toString(),
                        "FAAS_DISK_FREE_MB",
                        mark,
                        "FAAS_SLOTS",
                        "4",
                        "FAAS_POOL_SANDBOXES",
                        "0"));
                var load = SteadyLoad.start(platform, images)) {
            var bob = Client.register(platform.api());
            bob.function("never", images.script("echo never"));
            bob.run("never", "before");

            fill(disk, images);
            load.awaitNothingBut(true, FULL);
            var waits = bob.submit("never", "run");
            load.awaitNothingBut(true, FULL);
            var record = bob.record(waits);
            assertThat(record.path("status").asText()).as(record.toString()).isIn("queued", "running");
            bob.get("/v1/activations").expect(200);
            Client.register(platform.api()).get("/v1/auth/me").expect(200);
            disk.empty();

            assertThat(bob.ended(waits).path("status").asText()).isEqualTo("succeeded");
            load.accountForAll(platform);
        } finally {
            Files.deleteIfExists(home);
        }
    }

    /** A container that is removed frees room for another one: the disk stays full once none is left. */
    private static void fill(SmallDisk disk, TestImages images) {
        Await.until("a full disk without containers", NOTICED, () -> {
            disk.fill();
            return disk.free() == 0 && containers(images).isEmpty();
        });
    }

    private static List<Container> containers(TestImages images) {
        return images.docker().listContainersCmd().withShowAll(true).exec();
    }

    private Platform start(Map<String, String> settings) {
        return Platform.start(UpOptions.local(data, settings));
    }
}
