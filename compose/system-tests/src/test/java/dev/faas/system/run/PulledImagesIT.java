package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.spawner.docker.RegistryGate;
import dev.faas.spawner.docker.TestRegistry;
import dev.faas.system.Client;
import dev.faas.system.WholeSystem;
import dev.faas.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests functions whose images are only in a registry. */
@ExtendWith(WholeSystem.class)
class PulledImagesIT {
    private static final String PULLING = "Its image is being pulled: [0-9.]+ of (at least )?[0-9.]+ MB\\.";

    @Test
    void thePullOfAnImageIsToldByTheEventsOfTheRunThatWaitsForIt(WholeSystem.Running system, @TempDir Path directory)
            throws Exception {
        var ada = system.user();
        try (var registry = TestRegistry.start(directory);
                var gate = new RegistryGate(registry);
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var image = gate.reference(published(system, registry, "slow"));
            var released = gate.slow();
            ada.function("slow", image);
            var id = ada.submit("slow", "");
            var events = executor.submit(() -> ada.events(id));
            awaitPulling(ada, id);
            released.countDown();

            var received = events.get(60, TimeUnit.SECONDS);
            var states = received.stream()
                    .filter(event -> event.name().equals("state"))
                    .toList();
            assertThat(states)
                    .filteredOn(state -> state.data().path("status").asText().equals("running"))
                    .anySatisfy(state ->
                            assertThat(state.data().path("detail").asText()).matches(PULLING))
                    .last()
                    .satisfies(state ->
                            assertThat(state.data().path("detail").isNull()).isTrue());
            var end = states.getLast().data();
            assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("succeeded");
            assertThat(end.path("detail").isNull()).isTrue();
            assertThat(end.path("result").asText()).isEqualTo("slow\n");
            assertThat(end.path("imageDigest").asText()).matches("sha256:[0-9a-f]{64}");
            assertThat(digest(ada, "slow")).isEqualTo(end.path("imageDigest").asText());
        }
    }

    @Test
    void aTagThatMovesIsFollowedByANewRevisionOnlyAndLeftByARollback(
            WholeSystem.Running system, @TempDir Path directory) throws Exception {
        var ada = system.user();
        // Under another name, because a push under the same name would also create the image on this host.
        try (var registry = TestRegistry.start(directory);
                var gate = new RegistryGate(registry)) {
            ada.function("moving", gate.reference(published(system, registry, "old")));
            assertThat(result(ada)).isEqualTo("old\n");
            published(system, registry, "new");

            assertThat(result(ada)).isEqualTo("old\n");
            var old = digest(ada, "moving");
            ada.patch("/v1/functions/moving", Map.of("description", "updated")).expect(200);
            assertThat(result(ada)).isEqualTo("new\n");
            assertThat(digest(ada, "moving")).isNotEqualTo(old);
            assertThat(digest(ada, "moving@1")).isEqualTo(old);
            ada.post("/v1/functions/moving/rollback", Map.of("revision", 1)).expect(200);
            assertThat(digest(ada, "moving")).isEqualTo(old);
            assertThat(result(ada)).isEqualTo("old\n");
        }
    }

    private static String published(WholeSystem.Running system, TestRegistry registry, String word) throws Exception {
        var image = BusyboxImage.running("/bin/sh", "-c", "echo " + word).unique();
        return registry.publish(system.images(), image, "faas-test/pulled", "1");
    }

    private static String result(Client ada) throws Exception {
        var record = ada.ended(ada.submit("moving", ""));
        assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
        return record.path("result").asText();
    }

    private static String digest(Client ada, String function) throws Exception {
        return ada.get("/v1/functions/" + function).json().path("imageDigest").asText();
    }

    private static void awaitPulling(Client ada, String id) throws Exception {
        Await.until(
                "its image is being pulled",
                Duration.ofSeconds(60),
                () -> ada.record(id).path("detail").asText().matches(PULLING));
    }
}
