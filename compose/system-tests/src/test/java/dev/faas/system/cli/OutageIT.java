package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.DockerException;
import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.spawner.docker.TestImages;
import dev.faas.system.outage.Processes;
import dev.faas.testing.Await;
import dev.faas.testing.FaultyLink;
import dev.faas.testing.ProcessSignal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what a user sees when the platform goes away and comes back: no command runs twice, and each message says how to go on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutageIT {
    private static final int CUTS = 50;
    /** What both clients print between two cuts at least. */
    private static final int PROGRESS = 100;

    private static final Pattern ADVICE = Pattern.compile("It may still run: faas attach (\\S+)( --after \\d+)?");
    private static final Pattern KEY = Pattern.compile("--idempotency-key (\\S+)");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** For {@code --retry-for 3s}, the start of the client and a slow machine. */
    private static final Duration LONGEST = Duration.ofSeconds(25);

    @TempDir
    static Path directory;

    private TestImages images;
    private Processes platform;
    private FaultyLink link;
    private InstalledClient client;
    private String image;

    @BeforeAll
    void start() throws Exception {
        images = new TestImages(TestImages.dockerHost());
        image = images.script("echo begin; sleep 10; echo $1");
        var built = Path.of("..", "cli", "target", "faas").toAbsolutePath().normalize();
        platform = new Processes(directory, Map.of("FAAS_SLOTS", "6", "FAAS_CLI_FILE", built.toString()));
        link = FaultyLink.to(platform.api().getPort());
    }

    @AfterAll
    void stop() throws Exception {
        link.close();
        platform.close();
        images.close();
    }

    /** A new user each time. */
    @BeforeEach
    void register() throws Exception {
        client = InstalledClient.of(URI.create("http://127.0.0.1:" + link.port()));
        client.run("fn", "create", "slow", "--image", image, "--concurrency", "6")
                .orThrow();
    }

    @AfterEach
    void remove() throws IOException {
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "gateway registry auth"})
    void callsOutliveAnOutageAndThoseWithALimitSayHowToGoOn(String services) throws Exception {
        try (var screen = Screen.open(client, 100, 24)) {
            screen.start("faas top");
            screen.awaitText("slow");
            var patient = Map.of(
                    "a", client.begin("invoke", "slow", "a"),
                    "b", client.begin("invoke", "slow", "b", "--follow"));
            var limited = new LinkedHashMap<String, InstalledClient.Running>();
            limited.put("c", client.begin("invoke", "slow", "c", "--retry-for", "3s"));
            limited.put("d", client.begin("invoke", "slow", "d", "--follow", "--retry-for", "3s"));
            limited.put("e", client.begin("run", "--name", "other", "--retry-for", "3s", image, "e"));
            Await.until(
                    "five runs",
                    LIMIT,
                    () -> client.run("act", "list", "--status", "running", "-o", "name")
                                    .out()
                                    .lines()
                                    .count()
                            == 5);
            Await.until(
                    "output",
                    LIMIT,
                    () -> patient.get("b").received() > 0
                            && limited.get("d").received() > 0
                            && limited.get("e").received() > 0);

            for (var service : services.split(" ")) {
                platform.kill(service);
            }
            // Without a gateway nothing listens; the link would accept connections and close them.
            link.refuse();
            long away = System.nanoTime();
            var late = client.run("invoke", "slow", "never", "--retry-for", "3s");
            assertThat(late.exit()).isEqualTo(5);
            assertThat(late.err())
                    .contains("no answer from http://127.0.0.1:" + link.port())
                    .contains("Nothing was submitted, so it can be repeated. To try for longer: --retry-for 2m")
                    .contains("Is the platform running there? Give another address: faas login URL");
            var ids = new LinkedHashMap<String, String>();
            for (var each : limited.entrySet()) {
                var result = each.getValue().end();
                assertThat(result.exit())
                        .as(result.err())
                        .isEqualTo(each.getKey().equals("e") ? 125 : 5);
                var advice = ADVICE.matcher(result.err());
                assertThat(advice.find()).as(result.err()).isTrue();
                ids.put(each.getKey(), advice.group(1));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - away)).isLessThan(LONGEST);
            screen.awaitText("no contact for");
            var back = services.split(" ");
            for (int i = back.length - 1; i >= 0; i--) {
                platform.start(back[i]);
            }

            link.restore();

            screen.await("contact", text -> !text.contains("no contact") && text.contains("slow"));
            screen.press("C-c");
            screen.awaitEnd();
            for (var each : patient.entrySet()) {
                assertThat(each.getValue().end().orThrow()).isEqualTo("begin\n" + each.getKey() + "\n");
            }
            for (var each : ids.entrySet()) {
                assertThat(client.run("attach", each.getValue()).orThrow()).isEqualTo("begin\n" + each.getKey() + "\n");
            }
            client.awaitEachRanOnce(5);
        }
    }

    @Test
    void whatIsFollowedIsCompleteThoughTheConnectionIsCutOftenAndTheGatewayIsKilled() throws Exception {
        var script = "go=on; trap 'go=' USR1; i=0; while [ $go ]; do i=$((i+1)); echo out $i; echo err $i >&2;"
                + " [ $((i % 100)) != 0 ] || sleep 0.5; done; echo end $i; exit 3";
        var lines = images.load(BusyboxImage.bare());
        var run = client.begin("run", "--name", "lines", lines, "sh", "-c", script);
        Await.until("output", LIMIT, () -> run.received() > 0);
        var attached = client.begin("attach", listedActivation("lines"));

        int hits = 0;
        for (int i = 1; i <= CUTS; i++) {
            for (var each : List.of(run, attached)) {
                int before = each.received();
                Await.until("progress", LIMIT, () -> each.received() >= before + PROGRESS);
            }
            hits += link.cut();
            if (i == CUTS / 2) {
                platform.kill("gateway");
                platform.start("gateway");
            }
        }
        assertThat(run.isAlive() && attached.isAlive())
                .as("all cuts came before the end")
                .isTrue();
        signal("USR1", lines, script);
        assertThat(hits).as("connections that were cut").isGreaterThanOrEqualTo(CUTS);

        for (var each : List.of(run, attached)) {
            var result = each.end();
            assertThat(result.exit()).as(result.err()).isEqualTo(3);
            long count = result.err().lines().count();
            assertThat(result.out()).isEqualTo(lines("out", count) + "end " + count + "\n");
            assertThat(result.err()).isEqualTo(lines("err", count));
        }
    }

    /** To the process with this script: of the image's containers, others were booted ahead, and may go at any time. */
    private void signal(String name, String itsImage, String script) throws IOException {
        var docker = images.docker();
        for (var container :
                docker.listContainersCmd().withAncestorFilter(List.of(itsImage)).exec()) {
            try {
                var top = docker.topContainerCmd(container.getId()).exec();
                int pid = List.of(top.getTitles()).indexOf("PID");
                for (var process : top.getProcesses()) {
                    if (process[process.length - 1].endsWith(script)) {
                        ProcessSignal.send(name, Long.parseLong(process[pid]));
                    }
                }
            } catch (DockerException gone) {
                // The test fails later if it was the one that runs.
            }
        }
    }

    /** A list shows an activation when it has not ended within about a second. */
    private String listedActivation(String function) {
        var id = new AtomicReference<>("");
        Await.until("the activation in the list", LIMIT, () -> {
            id.set(client.run("act", "list", "--function", function, "-o", "name")
                    .orThrow()
                    .strip());
            return !id.get().isEmpty();
        });
        return id.get();
    }

    private static String lines(String stream, long count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(i -> stream + " " + i + "\n")
                .collect(Collectors.joining());
    }

    /** Its submits arrive, but the client cannot know. */
    @Test
    void aCallWithoutAnyAnswerSaysHowToRepeatItWithoutRunningItTwice() throws Exception {
        link.breakReplies(1);
        InstalledClient.Result unknown;
        try {
            unknown = client.run("invoke", "slow", "x", "--retry-for", "3s");
        } finally {
            link.breakReplies(0);
        }
        assertThat(unknown.exit()).as(unknown.err()).isEqualTo(5);
        assertThat(unknown.err()).contains("It may have been accepted: faas ps");
        var key = KEY.matcher(unknown.err());
        assertThat(key.find()).as(unknown.err()).isTrue();

        assertThat(client.run("invoke", "slow", "--idempotency-key", key.group(1), "x")
                        .orThrow())
                .isEqualTo("begin\nx\n");
        client.awaitEachRanOnce(1);
    }

    @Test
    void theClientThatThePlatformServesIsTheBuiltOneAndRuns() throws Exception {
        var version = client.shell(
                        "busybox wget -q -O got %s/cli/faas && chmod +x got && cmp got bin/faas && ./got version"
                                .formatted(platform.api()))
                .orThrow();

        assertThat(version).isEqualTo(client.run("version").orThrow()).isNotBlank();
    }
}
