package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.spawner.docker.OwnDocker;
import dev.faas.spawner.docker.TestImages;
import dev.faas.spawner.docker.TestRegistry;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import dev.faas.testing.Await;
import dev.faas.testing.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a function whose image does not fit on Docker's disk. Needs root, for its own disk and Docker. */
@Timeout(240)
class ImageTooLargeIT {
    private static final int DISK_MB = 64;
    private static final int IMAGE_BYTES = 80 << 20;
    private static final Duration CLEAN = Duration.ofSeconds(60);

    @TempDir
    Path data;

    @Test
    void itsRunsEndWithThatReasonOthersGoOnAndTheRoomComesBack() throws Exception {
        var home = Files.createTempDirectory(Path.of("/var/tmp"), "faas-large-");
        var registryData = Files.createDirectory(data.resolve("registry"));
        try (var disk = SmallDisk.at(home, DISK_MB);
                var docker = OwnDocker.start(home.resolve("d"));
                var images = new TestImages(docker.host());
                var platform = Platform.start(UpOptions.local(
                        data.resolve("platform"),
                        Map.of("FAAS_DOCKER_HOST", docker.host().toString(), "FAAS_DISK_FREE_MB", "0")))) {
            publish(registryData);
            try (var registry = TestRegistry.start(registryData, docker)) {
                var ada = Client.register(platform.api());
                var bob = Client.register(platform.api());
                bob.function("small", images.script("echo small"));
                bob.run("small", "");
                long before = disk.free();

                ada.function("large", registry.reference("faas-test/large:1"));
                var record = ada.ended(ada.submit("large", ""));

                assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("failed");
                assertThat(record.path("reason").asText()).as(record.toString()).isEqualTo("image_pull_failed");
                assertThat(record.path("detail").asText()).contains("Docker's disk is full");
                var small = bob.run("small", "");
                assertThat(bob.result(small)).asString().isEqualTo("small\n");
                Await.until("its room is free again", CLEAN, () -> disk.free() >= before - (8 << 20));
            }
        } finally {
            Files.deleteIfExists(home);
        }
    }

    /** Created by another Docker with enough space. */
    private static void publish(Path registryData) throws Exception {
        var noise = new byte[IMAGE_BYTES];
        new Random().nextBytes(noise);
        try (var roomy = OwnDocker.start();
                var images = new TestImages(roomy.host());
                var registry = TestRegistry.start(registryData, roomy)) {
            registry.publish(
                    images,
                    BusyboxImage.running("/bin/echo", "large").withFile("/noise", 0644, noise),
                    "faas-test/large",
                    "1");
        }
    }
}
