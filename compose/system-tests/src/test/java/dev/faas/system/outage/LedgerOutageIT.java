package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.TestImages;
import dev.faas.system.Client;
import dev.faas.system.Services;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests an outage of the ledger: submits, runs, records, results and streams work without it, and afterwards the ledger has all
 * activations. Events of activations that ended meanwhile stay in the stream until then, whatever the retention is.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LedgerOutageIT {
    @TempDir
    static Path directory;

    private Services system;
    private TestImages images;
    private Client ada;

    private interface Step {
        void run() throws Exception;
    }

    @BeforeAll
    void start() throws Exception {
        images = new TestImages(TestImages.dockerHost());
        system = new Services(directory, Map.of("FAAS_EVENTS_RETENTION", "10s", "FAAS_PRUNE_PAUSE", "200ms"));
        system.startSpawner();
        ada = Client.register(system.api());
        ada.function("echo", images.script("echo \"$1\"; echo log >&2"));
    }

    @AfterAll
    void stop() throws Exception {
        system.close();
        images.close();
    }

    @Test
    void whileTheRegistryIsAwayWorkGoesOnAndAfterwardsTheLedgerHasIt() throws Exception {
        goesOn(() -> system.stop("registry-service"), system::startRegistryAgain);
    }

    @Test
    void whilePostgresIsAwayWorkGoesOnAndAfterwardsTheLedgerHasIt() throws Exception {
        goesOn(system::killPostgres, system::restartPostgres);
    }

    private void goesOn(Step away, Step back) throws Exception {
        var ids = new ArrayList<String>();
        ids.add(ada.run("echo", "before"));
        ada.awaitListed(ids.getFirst());

        away.run();
        try {
            for (int i = 0; i < 10; i++) {
                ids.add(ada.run("echo", "without " + i));
            }
            ada.get("/v1/activations").expect(503);
            for (int i = 0; i < 10; i++) {
                var path = "/v1/activations/" + ids.get(i + 1);
                assertThat(ada.get(path).expect(200).json().path("status").asText())
                        .isEqualTo("succeeded");
                assertThat(ada.get(path + "/result").expect(200).text()).isEqualTo("without " + i + "\n");
                assertThat(ada.get(path + "/logs").expect(200).text()).isEqualTo("log\n");
                assertThat(ada.get(path + "/events").expect(200).text()).contains("event: end");
            }
        } finally {
            back.run();
        }

        for (var id : ids) {
            ada.awaitListed(id, "succeeded");
        }
        for (int i = 0; i < 10; i++) {
            assertThat(ada.result(ids.get(i + 1))).asString().isEqualTo("without " + i + "\n");
        }
        assertThat(ada.all("/v1/activations?limit=100&status=succeeded"))
                .extracting(item -> item.path("activationId").asText())
                .containsAll(ids)
                .doesNotHaveDuplicates();
    }
}
