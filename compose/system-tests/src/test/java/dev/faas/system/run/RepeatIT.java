package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.Directories;
import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import dev.faas.system.WholeSystem;
import dev.faas.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that a repeated request runs once, and a replayed activation runs again. */
@ExtendWith(WholeSystem.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class RepeatIT {
    private static final Map<String, String> ONCE = Map.of("argument", "once");

    @Test
    void aRequestThatIsRepeatedWithItsKeyRunsOnce(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("pay", system.images().script("echo paid $1"));
        Callable<String> pay = () -> {
            var answer = ada.post("/v1/functions/pay/activations", ONCE, "Idempotency-Key", "order-1");
            return answer.expect(202).json().path("activationId").asText();
        };

        var ids = new HashSet<String>();
        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var id :
                    all.invokeAll(IntStream.range(0, 10).mapToObj(i -> pay).toList())) {
                ids.add(id.get());
            }
        }
        assertThat(ids).hasSize(1);
        var id = ids.iterator().next();
        assertThat(ada.ended(id).path("result").asText()).isEqualTo("paid once\n");
        assertThat(pay.call()).isEqualTo(id);
        var waited = ada.post("/v1/functions/pay/activations?wait=10", ONCE, "Idempotency-Key", "order-1");
        waited.expect(200);
        assertThat(waited.json().path("activationId").asText()).isEqualTo(id);
        var another =
                ada.post("/v1/functions/pay/activations", Map.of("argument", "twice"), "Idempotency-Key", "order-1");
        another.expect(422);
        assertThat(ada.get("/v1/activations?function=pay").json().path("items")).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void anActivationIsReplayedWithItsArgumentAndItsRevision(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("greet", system.images().script("echo hello $1"));
        var first = ada.submit("greet", "world");
        ada.ended(first);
        ada.patch("/v1/functions/greet", Map.of("image", system.images().script("echo goodbye $1")));

        var answer = ada.post("/v1/activations/" + first + "/replay?wait=30", Map.of());

        answer.expect(200);
        var record = answer.json();
        assertThat(record.path("activationId").asText()).isNotEqualTo(first);
        assertThat(record.path("result").asText()).isEqualTo("hello world\n");
        assertThat(record.path("function").path("revision").asInt()).isEqualTo(1);
    }

    @Test
    void whatHasLeftTheBusIsStillKnownByItsKeyAndCanBeReplayed() throws Exception {
        var data = Files.createTempDirectory("faas-repeat-");
        var soon = Map.of("FAAS_EVENTS_RETENTION", "10s", "FAAS_PRUNE_PAUSE", "200ms", "FAAS_SLOTS", "2");
        try (var images = new TestImages(TestImages.dockerHost());
                var platform = Platform.start(UpOptions.local(data, soon))) {
            var ada = Client.register(platform.api());
            ada.function("pay", images.script("echo paid $1"));
            var first = ada.post("/v1/functions/pay/activations?wait=30", ONCE, "Idempotency-Key", "order-1");
            var id = first.json().path("activationId").asText();
            Await.until("its events are pruned", Duration.ofSeconds(60), () -> isPruned(ada, id));

            var repeated = ada.post("/v1/functions/pay/activations", ONCE, "Idempotency-Key", "order-1");
            var waited = ada.post("/v1/functions/pay/activations?wait=5", ONCE, "Idempotency-Key", "order-1");
            var replayed = ada.post("/v1/activations/" + id + "/replay?wait=30", Map.of());

            repeated.expect(202);
            assertThat(repeated.json().path("activationId").asText()).isEqualTo(id);
            waited.expect(200);
            assertThat(waited.json().path("result").asText()).isEqualTo("paid once\n");
            assertThat(replayed.json().path("activationId").asText()).isNotEqualTo(id);
            assertThat(replayed.json().path("result").asText()).isEqualTo("paid once\n");
            ada.delete("/v1/activations/" + id).expect(409);
        } finally {
            Directories.delete(data);
        }
    }

    /** Then only its last event is left. */
    private static boolean isPruned(Client user, String id) throws Exception {
        try {
            return user.events(id).size() <= 2;
        } catch (IOException aborted) { // pruned while it was read: a client reconnects
            return false;
        }
    }
}
