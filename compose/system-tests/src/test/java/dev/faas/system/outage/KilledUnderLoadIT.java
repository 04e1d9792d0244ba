package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.TestImages;
import dev.faas.system.Client;
import dev.faas.system.story.ProgramIT;
import dev.faas.testing.Await;
import dev.faas.testing.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests repeated kills of the whole platform under load. */
class KilledUnderLoadIT {
    private static final int KILLS = 5;
    private static final Duration CONTAINERS_GO = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void killsUnderLoadLoseNothingAndLeaveNoContainer() throws Exception {
        var data = directory.resolve("data").toString();
        var random = new Random(1);
        var accepted = new ArrayList<String>();
        try (var images = new TestImages(TestImages.dockerHost())) {
            var image = images.script("/bin/busybox sleep 0.$1; echo $1");
            for (int round = 0; round < KILLS; round++) {
                try (var program = up(data)) {
                    var api = ProgramIT.api(program);
                    var ada = round == 0 ? newcomer(api, image) : Client.login(api, "ada-of-load");
                    submitUntilKilled(program, ada, accepted, 500 + random.nextInt(2500));
                }
            }
            try (var program = up(data)) {
                var ada = Client.login(ProgramIT.api(program), "ada-of-load");
                for (var id : accepted) {
                    var record = ada.ended(id);
                    assertThat(record.path("status").asText())
                            .as(record.toString())
                            .isEqualTo("succeeded");
                    assertThat(record.path("attempt").asInt())
                            .as(record.toString())
                            .isEqualTo(1);
                }
                // Activations that were stored but not answered run, too; nothing else does.
                for (var each : ada.all("/v1/activations?limit=100")) {
                    assertThat(ada.ended(each.path("activationId").asText())
                                    .path("status")
                                    .asText())
                            .isEqualTo("succeeded");
                }
                awaitContainersOfOneSpawnerAtMost(images, data);
                program.signal("TERM");
                assertThat(program.exitCode()).as(program.output()).isZero();
            }
            assertThat(ProgramIT.containers(images, data)).isEmpty();
        }
        assertThat(accepted).hasSizeGreaterThan(KILLS);
    }

    private static Client newcomer(URI api, String image) throws Exception {
        var ada = Client.register(api, "ada-of-load");
        ada.function("work", image, Map.of("concurrency", 4));
        return ada;
    }

    private static void submitUntilKilled(ServiceProcess program, Client user, List<String> accepted, int afterMillis)
            throws Exception {
        var killing = CompletableFuture.runAsync(
                () -> kill(program), CompletableFuture.delayedExecutor(afterMillis, TimeUnit.MILLISECONDS));
        try {
            for (int i = 0; i < 12; i++) {
                accepted.add(user.submit("work", Integer.toString(i % 9)));
            }
        } catch (IOException killed) {
            // It was not answered, so it may run or not.
        }
        killing.get(60, TimeUnit.SECONDS);
        assertThat(program.exitCode()).isNotZero();
    }

    private static void kill(ServiceProcess program) {
        try {
            program.signal("KILL");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Only the running spawner may have booted containers; those of the killed ones must be removed. */
    private static void awaitContainersOfOneSpawnerAtMost(TestImages images, String data) throws IOException {
        Await.until(
                "no containers of dead spawners",
                CONTAINERS_GO,
                () -> ProgramIT.containers(images, data).stream()
                                .map(container -> container.getLabels().get("dev.faas.incarnation"))
                                .distinct()
                                .count()
                        <= 1);
    }

    private static ServiceProcess up(String data) throws IOException {
        return ProgramIT.up(data, Map.of("FAAS_GRACE", "2s"));
    }
}
