package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.lifecycle.RepeatingTask;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.docker.client.EngineConfig.Disk;
import dev.faas.spawner.docker.client.EngineConfig.Images;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.testing.SmallDisk;
import dev.faas.wire.Sha256;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pulls an image of one and a half megabytes that unpacks to a thousand times as much. */
@Tag("docker")
@Tag("root")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ImageBombTest {
    private static final int DISK_MB = 2048;
    private static final int BOMB_MB = 1536;
    /** What Docker may unpack until the second poll, and until it has stopped. */
    private static final int SLACK_MB = 1024;

    private static final String MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json";
    private static final long MIB = 1 << 20;

    private static Path home;
    private static SmallDisk disk;
    private static OwnDocker docker;
    private static TestRegistry registry;
    private static TestImages images;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        images = new TestImages(TestImages.dockerHost());
        try (var outside = TestRegistry.start(directory)) {
            pushBomb(outside.uri());
            outside.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/other", "1");
        }
        home = Files.createTempDirectory(Path.of("/var/tmp"), "faas-bomb-");
        disk = SmallDisk.at(home, DISK_MB);
        docker = OwnDocker.start(home.resolve("d"));
        registry = TestRegistry.start(directory, docker);
    }

    @AfterAll
    static void stop() throws IOException {
        registry.close();
        docker.close();
        disk.close();
        Files.delete(home);
        images.close();
    }

    @ParameterizedTest(name = "an image up to {0} MiB, {1} MiB to keep free")
    @CsvSource({"64, 1, larger unpacked than 64 MiB", "100000, 1900, Docker's disk is nearly full"})
    void itIsBrokenOffBeforeItFillsTheDiskAndOtherPullsGoOn(int imageMb, int freeMb, String detail) throws Exception {
        var config = Records.with(
                TestEngines.config(),
                "dockerHost",
                docker.host(),
                "owner",
                new EngineConfig.Owner("bomb-" + imageMb, "one", "1"),
                "images",
                new Images(Duration.ofMinutes(1), null, 20L << 30, imageMb * MIB),
                "disk",
                new Disk(false, 64, freeMb));
        var other = EngineFixture.spec(registry.reference("faas-test/other:1"));
        var bomb = EngineFixture.spec(registry.reference("faas-test/bomb:1"));
        var lowest = new AtomicLong(Long.MAX_VALUE);
        try (var engine = TestEngines.open(config);
                var itsImages = new TestImages(docker.host());
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            long before = disk.free();
            var watching = RepeatingTask.start(
                    "lowest", Duration.ofMillis(20), () -> lowest.accumulateAndGet(disk.free(), Math::min));
            var otherPull = executor.submit(() -> {
                engine.prepare(other);
                return true;
            });

            assertThatThrownBy(() -> engine.prepare(bomb))
                    .isInstanceOf(ImagePullFailed.class)
                    .hasMessageContaining(detail);
            assertThat(otherPull.get(60, TimeUnit.SECONDS)).isTrue();
            watching.stop();

            assertThat(lowest.get() / MIB).isGreaterThan(DISK_MB - SLACK_MB);
            assertThat(itsImages.docker().listImagesCmd().exec().toString()).doesNotContain("faas-test/bomb");
            Await.until("its room is free again", () -> disk.free() > before - 32 * MIB);
            itsImages.unloadPulled(config.owner().platform());
        }
    }

    /** By the registry's own protocol, because a Docker would have to hold it. */
    private static void pushBomb(URI registry) throws Exception {
        var bytes = new ByteArrayOutputStream();
        var unpacked = MessageDigest.getInstance("SHA-256");
        try (var tar = new TarArchiveOutputStream(new BufferedOutputStream(
                new DigestOutputStream(
                        new GZIPOutputStream(bytes) {
                            {
                                def.setLevel(1);
                            }
                        },
                        unpacked),
                1 << 20))) {
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            var entry = new TarArchiveEntry("zeros");
            entry.setSize(BOMB_MB * MIB);
            tar.putArchiveEntry(entry);
            var piece = new byte[1 << 20];
            for (int i = 0; i < BOMB_MB; i++) {
                tar.write(piece);
            }
            tar.closeArchiveEntry();
        }
        var layer = bytes.toByteArray();
        var config = """
                {"architecture": "%s", "os": "linux", "config": {"Cmd": ["/zeros"]},
                 "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}""".formatted(
                        System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64",
                        HexFormat.of().formatHex(unpacked.digest()))
                .getBytes(StandardCharsets.UTF_8);
        var manifest = """
                {"schemaVersion": 2, "mediaType": "%s",
                 "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": %d, "digest": "%s"},
                 "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": %d, "digest": "%s"}]}""".formatted(MANIFEST_TYPE, config.length, digest(config), layer.length, digest(layer));
        try (var client = HttpClient.newHttpClient()) {
            for (var blob : new byte[][] {config, layer}) {
                var begun = send(
                        client,
                        HttpRequest.newBuilder(registry.resolve("/v2/faas-test/bomb/blobs/uploads/"))
                                .POST(BodyPublishers.noBody()),
                        202);
                var place =
                        registry.resolve(begun.headers().firstValue("Location").orElseThrow());
                send(
                        client,
                        HttpRequest.newBuilder(URI.create(place + "&digest=" + digest(blob)))
                                .header("Content-Type", "application/octet-stream")
                                .PUT(BodyPublishers.ofByteArray(blob)),
                        201);
            }
            send(
                    client,
                    HttpRequest.newBuilder(registry.resolve("/v2/faas-test/bomb/manifests/1"))
                            .header("Content-Type", MANIFEST_TYPE)
                            .PUT(BodyPublishers.ofString(manifest)),
                    201);
        }
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request, int status)
            throws Exception {
        var answer = client.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return answer;
    }

    private static String digest(byte[] bytes) {
        return "sha256:" + Sha256.hex(bytes);
    }
}
