package dev.faas.system.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;
import dev.faas.local.ReservedPort;
import dev.faas.spawner.docker.TestImages;
import dev.faas.system.Client;
import dev.faas.testing.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the program as users run it: its output, its end, and that it leaves nothing behind. */
public class ProgramIT {
    /** The exit code of shells after SIGINT. */
    private static final int STOPPED = 130;

    private static final Pattern API = Pattern.compile("api (http://\\S+),");

    @TempDir
    Path directory;

    @Test
    void upIsReadyStopsOnSigtermAndComesBackWithItsData() throws Exception {
        var data = directory.resolve("data").toString();
        try (var first = up(data)) {
            var api = api(first);
            var ada = Client.register(api, "ada-of-up");
            ada.get("/readyz").expect(200);
            var family = first.family();
            assertThat(family).as("the program, nats-server, postgres").hasSizeGreaterThan(2);

            first.signal("TERM");

            assertThat(first.exitCode()).as(first.output()).isZero();
            assertThat(family).noneMatch(ProcessHandle::isAlive);
        }
        try (var second = up(data)) {
            Client.login(api(second), "ada-of-up").get("/v1/auth/me").expect(200);
            second.signal("INT");
            assertThat(second.exitCode()).as(second.output()).isZero();
        }
    }

    /** The spawner waits for a Docker Engine that is not there. */
    @Test
    void upStopsOnASignalDuringItsStart() throws Exception {
        var nowhere = "unix://" + directory.resolve("no-docker.sock");
        var settings = Map.of("FAAS_DOCKER_HOST", nowhere, "FAAS_START_TIMEOUT", "10m");
        try (var program = up(directory.resolve("data").toString(), settings)) {
            program.awaitLog("registry-service is up");
            program.awaitLog("auth-service is up");
            var family = program.family();

            program.signal("TERM");

            assertThat(program.exitCode()).as(program.output()).isEqualTo(STOPPED);
            assertThat(program.output()).endsWith("faas: stopped\n");
            assertThat(family).noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void upListensWhereItIsTold() throws Exception {
        int port = ReservedPort.free();
        var data = directory.resolve("data").toString();
        try (var program = ServiceProcess.program(
                Map.of(),
                "up",
                "--port",
                Integer.toString(port),
                "--auth-port",
                "0",
                "--registry-port",
                "0",
                "--data",
                data)) {
            assertThat(api(program)).hasPort(port);
            program.signal("TERM");
            assertThat(program.exitCode()).isZero();
        }
    }

    @Test
    void aSecondSignalSkipsTheGraceAndTheRunIsHandedBack() throws Exception {
        var data = directory.resolve("data").toString();
        try (var images = new TestImages(TestImages.dockerHost())) {
            var image = images.script(
                    "while [ \"$(/bin/busybox date +%s)\" -lt \"$1\" ]; do /bin/busybox sleep 1; done; echo ended");
            String activation;
            try (var first = up(data, Map.of("FAAS_GRACE", "5m"))) {
                var ada = Client.register(api(first), "ada-of-haste");
                ada.function("slow", image);
                // Would run long after the second signal, but not much longer than the restart.
                var end = Instant.now().plusSeconds(40);
                activation = ada.submit("slow", Long.toString(end.getEpochSecond()));
                ada.awaitStatus(activation, "running");
                first.signal("INT");
                first.awaitLine("stopping");
                first.signal("INT");
                assertThat(first.exitCode()).as(first.output()).isZero();
                assertThat(Instant.now()).as("it did not wait for the run").isBefore(end);
            }
            assertThat(containers(images, data)).isEmpty();
            try (var second = up(data, Map.of())) {
                var record = Client.login(api(second), "ada-of-haste").ended(activation);
                assertThat(record.path("result").asText()).isEqualTo("ended\n");
                assertThat(record.path("attempt").asInt()).isEqualTo(1);
                second.signal("TERM");
                assertThat(second.exitCode()).isZero();
            }
        }
    }

    @Test
    void aSecondOneOnTheSameDataIsRefused() throws Exception {
        var data = directory.resolve("data").toString();
        try (var first = up(data)) {
            var unused = api(first);
            try (var second = up(data)) {
                assertThat(second.exitCode()).isEqualTo(1);
                assertThat(second.output()).contains("Another platform runs on").contains("--data");
            }
            first.signal("TERM");
            assertThat(first.exitCode()).isZero();
        }
    }

    @Test
    void aPlatformThatIsKilledTakesItsChildrenWithItAndStartsAgainWithEverything() throws Exception {
        var data = directory.resolve("data").toString();
        String activation;
        try (var images = new TestImages(TestImages.dockerHost())) {
            var image = images.script("echo survived");
            try (var first = up(data)) {
                var ada = Client.register(api(first), "ada-of-kill");
                ada.function("echo", image);
                activation = ada.submit("echo", "");
                var family = first.family();
                first.signal("KILL");
                assertThat(first.exitCode()).isNotZero();
                awaitEnd(family);
            }
            try (var second = up(data)) {
                var ada = Client.login(api(second), "ada-of-kill");
                assertThat(ada.ended(activation).path("result").asText()).isEqualTo("survived\n");
                second.signal("TERM");
                assertThat(second.exitCode()).isZero();
            }
            assertThat(containers(images, data)).isEmpty();
        }
    }

    @Test
    void theDemoEndsWellTwiceAndLeavesNothing() throws Exception {
        for (int round = 0; round < 2; round++) {
            var temporary = Files.createDirectory(directory.resolve("tmp" + round));
            try (var demo = demo(temporary)) {
                demo.awaitLine("# and names the image");
                var platform = platformOfDemo(temporary);
                assertThat(demo.exitCode()).as(demo.output()).isZero();
                assertThat(demo.output())
                        .contains("POST /v1/functions/factor/activations")
                        .contains("event: output")
                        .contains("1000000007 × 1000000009 = 1000000016000000063, as it should be");
                assertNothingIsLeft(demo, temporary);
                assertNothingIsLeftInDocker(platform);
            }
        }
    }

    @Test
    void aDemoThatIsInterruptedAsItStartsLeavesNothing() throws Exception {
        var temporary = Files.createDirectory(directory.resolve("tmp"));
        try (var demo = demo(temporary)) {
            demo.awaitLine("# Starting the platform");
            demo.signal("TERM");

            assertThat(demo.exitCode()).as(demo.output()).isEqualTo(STOPPED);
            assertNothingIsLeft(demo, temporary);
        }
    }

    /** While sandboxes boot, while the activation is accepted, and while its events are read. */
    @ParameterizedTest
    @ValueSource(strings = {"# and names the image", "# submits an activation", "  event: state"})
    void aDemoThatIsInterruptedAsItRunsLeavesNothing(String line) throws Exception {
        var temporary = Files.createDirectory(directory.resolve("tmp"));
        try (var demo = demo(temporary)) {
            demo.awaitLine(line);
            var platform = platformOfDemo(temporary);
            demo.signal("TERM");

            assertThat(demo.exitCode()).as(demo.output()).isEqualTo(STOPPED);
            assertThat(demo.output()).endsWith("faas: stopped\n");
            assertNothingIsLeft(demo, temporary);
            assertNothingIsLeftInDocker(platform);
        }
    }

    private static ServiceProcess demo(Path temporary) throws IOException {
        return ServiceProcess.program(Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary), "demo");
    }

    private static void assertNothingIsLeft(ServiceProcess demo, Path temporary) throws IOException {
        assertThat(demo.family()).noneMatch(ProcessHandle::isAlive);
        try (var left = Files.list(temporary)) {
            assertThat(left.filter(f -> f.getFileName().toString().startsWith("faas-")))
                    .isEmpty();
        }
        try (var images = new TestImages(TestImages.dockerHost())) {
            assertThat(images.docker().listImagesCmd().exec())
                    .flatExtracting(image -> List.of(image.getRepoTags()))
                    .noneMatch(tag -> tag.startsWith("faas-demo/"));
        }
    }

    /** By platform label, because containers that fill volumes, or whose image has lost its tag, do not show the image name. */
    private static void assertNothingIsLeftInDocker(String platform) throws IOException {
        try (var images = new TestImages(TestImages.dockerHost())) {
            assertThat(containersOf(images, platform)).isEmpty();
            assertThat(images.docker().listVolumesCmd().exec().getVolumes())
                    .noneMatch(volume -> volume.getName().contains(platform));
        }
    }

    private static String platformOfDemo(Path temporary) throws IOException {
        try (var folders = Files.newDirectoryStream(temporary, "faas-demo-*")) {
            return platform(folders.iterator().next().toString());
        }
    }

    private static ServiceProcess up(String data) throws IOException {
        return up(data, Map.of("FAAS_GRACE", "2s"));
    }

    public static ServiceProcess up(String data, Map<String, String> settings) throws IOException {
        return ServiceProcess.program(
                settings, "up", "--port", "0", "--auth-port", "0", "--registry-port", "0", "--data", data);
    }

    public static List<Container> containers(TestImages images, String data) throws IOException {
        return containersOf(images, platform(data));
    }

    private static List<Container> containersOf(TestImages images, String platform) {
        return images.docker()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of("dev.faas.platform=" + platform))
                .exec();
    }

    public static URI api(ServiceProcess program) throws Exception {
        var matcher = API.matcher(program.awaitLine("ready in"));
        assertThat(matcher.find()).isTrue();
        return URI.create(matcher.group(1));
    }

    private static String platform(String data) throws IOException {
        var credentials = new Properties();
        try (var in = Files.newBufferedReader(Path.of(data, "credentials.properties"))) {
            credentials.load(in);
        }
        return credentials.getProperty("platform");
    }

    private static void awaitEnd(List<ProcessHandle> family) throws Exception {
        for (var member : family) {
            var unused = member.onExit().get(20, TimeUnit.SECONDS);
        }
    }
}
