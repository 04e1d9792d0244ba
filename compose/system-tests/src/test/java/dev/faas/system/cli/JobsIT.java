package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests jobs and dead letters on the whole platform, with the client. */
class JobsIT extends PlatformOfProcesses {
    private static final int ITEMS = 200;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    JobsIT() {
        super("echo \"$1\"; exit 1", Map.of());
    }

    @Test
    void givenManyQueuedOnes_whenCancelledInBulk_thenNoneOfThemRuns() throws Exception {
        client.run("fn", "pause", "report").orThrow();
        submit(ITEMS);
        Await.until("all are in the ledger", LIMIT, () -> count("queued") == ITEMS);
        var dryRun = client.run("job", "cancel", "--function", "report", "--dry-run");

        var job = ended("job", "cancel", "--function", "report", "--status", "queued");

        assertThat(dryRun.orThrow().strip()).isEqualTo("200");
        assertThat(job.path("state").asText()).isEqualTo("completed");
        assertThat(job.path("done").asInt()).isEqualTo(ITEMS);
        Await.until("the ledger has the ends", LIMIT, () -> count("cancelled") == ITEMS);
        client.run("fn", "resume", "report").orThrow();
        assertThat(count("failed")).isZero();
    }

    @Test
    void givenFailedOnes_whenReplayedRedrivenAndDismissed_thenEachIsSubmittedAgainOnceAndNoLetterIsLeft()
            throws Exception {
        submit(3);
        Await.until("they have failed", LIMIT, () -> letters() == 3);

        var replay = ended("job", "replay", "--function", "report", "--status", "failed");
        Await.until("the replays have failed", LIMIT, () -> letters() == 6);
        var redrive = ended("dead-letter", "redrive", "--function", "report");
        Await.until("only those of the redrive are left", LIMIT, () -> letters() == 6 && count("failed") == 12);
        var dismiss = ended("dead-letter", "dismiss", "--all");

        assertThat(replay.path("done").asInt()).isEqualTo(3);
        assertThat(redrive.path("done").asInt()).isEqualTo(6);
        assertThat(dismiss.path("done").asInt()).isEqualTo(6);
        assertThat(letters()).isZero();
        assertThat(count("failed")).isEqualTo(12);
        var batch = json(client.run("batch", "get", redrive.path("batchId").asText(), "-o", "json")
                .orThrow());
        assertThat(batch.path("function").isNull()).isTrue();
        assertThat(batch.path("accepted").asInt()).isEqualTo(6);
    }

    private void submit(int items) throws Exception {
        Files.writeString(
                client.home().resolve("items"),
                IntStream.range(0, items).mapToObj("a%d\n"::formatted).collect(Collectors.joining()));
        client.run("invoke", "report", "--batch", "items").orThrow();
    }

    private JsonNode ended(String... command) throws Exception {
        var id = client.run(command).orThrow().strip();
        Await.until("the end of the job", LIMIT, () -> !job(id).path("endedAt").isNull());
        return job(id);
    }

    private JsonNode job(String id) throws Exception {
        return json(client.run("job", "get", id, "-o", "json").orThrow());
    }

    private long count(String status) throws Exception {
        return client.run("act", "list", "--status", status, "--all", "-o", "name")
                .orThrow()
                .lines()
                .count();
    }

    private long letters() throws Exception {
        return client.run("dead-letter", "list", "--all", "-o", "name")
                .orThrow()
                .lines()
                .count();
    }

    private static JsonNode json(String text) {
        return Codec.readTree(text.getBytes(StandardCharsets.UTF_8));
    }
}
