package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests schedules as a user has them: typed with the client, run by the whole platform, over a kill of the process that fires them. */
class SchedulesIT extends PlatformOfProcesses {
    private static final Path GUIDE = Path.of("..", "..", "docs", "events.md");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private String busybox;

    SchedulesIT() {
        super("echo \"$1\"", Map.of());
    }

    @BeforeAll
    void loadBusybox() throws Exception {
        busybox = images.load(BusyboxImage.bare());
    }

    @Test
    void givenAScheduleEachSecond_whenItIsPausedTriggeredAndResumed_thenEachTickSaysWhatBecameOfIt() throws Exception {
        client.shell("faas schedule create often --function report --cron '@every 1s' --argument full")
                .orThrow();
        awaitFired(3);
        for (var tick : ticks("--outcome", "fired")) {
            var activation = tick.path("activationId").asText();
            assertThat(client.run("act", "wait", activation).exit()).isZero();
            assertThat(faas("act", "result", activation)).isEqualTo("full\n");
        }

        faas("schedule", "pause", "often", "--note", "enough");
        Await.until(
                "all are settled", LIMIT, () -> ticks("--outcome", "claimed").isEmpty());
        int fired = ticks("--outcome", "fired").size();
        var triggered = faas("schedule", "trigger", "often").strip();
        assertThat(client.run("act", "wait", triggered).exit()).isZero();
        client.awaitEachRanOnce(fired + 1);
        faas("schedule", "resume", "often");
        awaitFired(fired + 1);
        assertThat(ticks("--outcome", "paused")).singleElement().satisfies(tick -> {
            assertThat(tick.path("count").asInt()).isPositive();
            assertThat(tick.path("explain").asText()).isEqualTo("The schedule was paused.");
        });
        assertThat(faas("schedule", "ticks", "often", "2020-01-01T00:00:00.5Z"))
                .contains("This is not a time of the schedule");
        faas("schedule", "delete", "often"); // other tests have the platform for themselves
    }

    /** In their order, with an image that is here; a block that is marked {@code sh} needs a receiver. */
    @Test
    void eachCommandOfTheGuideWorks() throws Exception {
        faas("fn", "delete", "report", "--yes");
        var guide = Files.readString(GUIDE);
        var blocks = Pattern.compile("^```(?:sh)?\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(guide)
                .results()
                .filter(block -> !block.group().startsWith("```sh"))
                .map(block -> block.group(1))
                .toList();
        assertThat(blocks).isNotEmpty();

        for (var block : blocks) {
            var result = client.shell("set -e; " + block.replace("busybox", busybox));
            assertThat(result.exit()).as(block + result.err()).isZero();
        }
    }

    private String faas(String... words) throws Exception {
        return client.run(words).orThrow();
    }

    private void awaitFired(int count) {
        Await.until(
                count + " ticks have fired",
                LIMIT,
                () -> ticks("--outcome", "fired").stream()
                                .filter(tick -> tick.path("kind").asText().equals("schedule"))
                                .count()
                        >= count);
    }

    private List<JsonNode> ticks(String... flags) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("schedule", "ticks", "often", "--all", "-o", "json"));
        words.addAll(List.of(flags));
        var items = Codec.readTree(
                client.run(words.toArray(String[]::new)).orThrow().getBytes(StandardCharsets.UTF_8));
        return StreamSupport.stream(items.spliterator(), false).toList();
    }
}
