package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.spawner.docker.TestImages;
import dev.faas.system.outage.Processes;
import dev.faas.testing.Await;
import dev.faas.testing.FaultyLink;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that whoever follows a command gets each byte once, whatever happens to the connection. */
class FollowedOutputIT {
    private static final int LINES = 10_000;
    private static final int CUTS = 50;
    /** What both clients print between two cuts at least. */
    private static final int PROGRESS = 300;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void whenTheConnectionIsCutOftenAndTheGatewayIsKilled_thenTheOutputIsCompleteAndNothingComesTwice()
            throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var platform = new Processes(directory, Map.of());
                var link = FaultyLink.to(platform.api().getPort());
                var client = InstalledClient.of(URI.create("http://127.0.0.1:" + link.port()))) {
            var script = "i=0; while [ $i -lt %d ]; do i=$((i+1)); echo out $i; echo err $i >&2;".formatted(LINES)
                    + " [ $((i % 100)) != 0 ] || sleep 0.2; done; exit 3";
            var run = client.begin("run", "--name", "lines", images.load(BusyboxImage.bare()), "sh", "-c", script);
            Await.until("output", LIMIT, () -> run.received() > 0);
            var attached = client.begin(
                    "attach", client.run("ps", "-o", "name").orThrow().strip());

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
            assertThat(hits).as("connections that were cut").isGreaterThanOrEqualTo(CUTS);

            for (var each : List.of(run, attached)) {
                var result = each.end();
                assertThat(result.exit()).as(result.err()).isEqualTo(3);
                assertThat(result.out()).isEqualTo(lines("out"));
                assertThat(result.err()).isEqualTo(lines("err"));
            }
        }
    }

    private static String lines(String stream) {
        return IntStream.rangeClosed(1, LINES)
                .mapToObj(i -> stream + " " + i + "\n")
                .collect(Collectors.joining());
    }
}
