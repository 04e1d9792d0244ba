package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.TestImages;
import dev.faas.system.Client;
import dev.faas.system.Services;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests outages of the registry, longer than a minute, and then of Postgres, under load: queued work starts meanwhile,
 * work that needs the missing part starts within 30 s of its return, and the ledger has everything at the end.
 */
class LongOutageIT {
    private static final Duration REGISTRY_AWAY = Duration.ofSeconds(75);
    private static final Duration POSTGRES_AWAY = Duration.ofSeconds(15);
    private static final Duration PROMISED = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void queuedWorkStartsWhileTheRegistryOrPostgresIsAway() throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var system = new Services(directory, Map.of())) {
            system.startSpawner();
            var ada = Client.register(system.api());
            ada.function("slow", images.script("/bin/busybox sleep 2; echo $1"));
            var once = images.script("test $FAAS_ATTEMPT = 2");
            ada.post(
                            "/v1/functions",
                            Map.of(
                                    "name",
                                    "stubborn",
                                    "image",
                                    once,
                                    "retry",
                                    Map.of("maxAttempts", 2, "backoffSeconds", 1)))
                    .expect(201);
            var ids = new ArrayList<String>();

            system.stop("registry-service");
            var waiting = ada.submit("stubborn", "");
            startAtOnce(ada, ids, REGISTRY_AWAY);
            assertThat(ada.record(waiting).path("nextAttemptAt").isNull())
                    .as("who puts it back is away")
                    .isFalse();
            system.startRegistryAgain();
            startsAfter(Instant.now(), ada, waiting);

            system.killPostgres();
            var retried = ada.submit("stubborn", "");
            startAtOnce(ada, ids, POSTGRES_AWAY);
            assertThat(ada.record(retried).path("status").asText())
                    .as("a retry needs no ledger")
                    .isEqualTo("succeeded");
            system.restartPostgres();
            startsAfter(Instant.now(), ada, ada.submit("slow", "after it"));

            ids.addAll(List.of(waiting, retried));
            for (var id : ids) {
                ada.awaitListed(id, "succeeded");
            }
        }
    }

    /** One after another until the outage ends. */
    private static void startAtOnce(Client ada, List<String> ids, Duration away) throws Exception {
        long until = System.nanoTime() + away.toNanos();
        while (System.nanoTime() < until) {
            var id = ada.run("slow", Integer.toString(ids.size()));
            var record = ada.record(id);
            assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
            assertThat(record.path("waitMs").asLong()).as(record.toString()).isLessThan(PROMISED.toMillis());
            ids.add(id);
        }
    }

    private static void startsAfter(Instant back, Client ada, String id) throws Exception {
        var record = ada.ended(id);
        assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
        assertThat(Instant.parse(record.path("startedAt").asText()))
                .as(record.toString())
                .isBefore(back.plus(PROMISED));
    }
}
