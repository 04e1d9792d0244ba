package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvents;
import dev.faas.config.Env;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import dev.faas.system.contract.Event;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tests activations that were pruned from the event stream: their owner, and only the owner, reads them as before. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PrunedActivationsIT {
    private static final Map<String, String> SOON =
            Map.of("FAAS_EVENTS_RETENTION", "10s", "FAAS_PRUNE_PAUSE", "1s", "FAAS_SLOTS", "2");

    private static final List<String> ROADS =
            List.of("", "?wait=1", "/result", "/logs", "/logs?follow=true", "/events");

    @TempDir
    static Path data;

    private Platform platform;
    private TestImages images;
    private Client ada;
    private Client bob;
    private String pruned;

    @BeforeAll
    void somethingOfAdasIsPruned() throws Exception {
        platform = Platform.start(UpOptions.local(data, SOON));
        images = new TestImages(TestImages.dockerHost());
        ada = Client.register(platform.api());
        bob = Client.register(platform.api());
        ada.function("secret", images.script("echo out; echo err >&2"));
        pruned = ada.run("secret", "");
        awaitPruned();
    }

    @AfterAll
    void stop() throws Exception {
        platform.close();
        images.close();
    }

    private void awaitPruned() throws Exception {
        var settings = NatsConfig.from(Env.of(platform.settingsOf("gateway")));
        try (var bus = Nats.connect(settings, "test")) {
            var events = new ActivationEvents(bus);
            var until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            var there = true;
            while (there && System.nanoTime() < until) {
                there = events.lastFromLeader(pruned).get(10, TimeUnit.SECONDS).isPresent();
            }
            assertThat(there).as("still in the event stream").isFalse();
        }
    }

    @Test
    void whenItsOwnerAsksThenAllOfItIsThere() throws Exception {
        var path = "/v1/activations/" + pruned;

        var record = ada.get(path).expect(200).json();
        assertThat(record.path("status").asText()).isEqualTo("succeeded");
        assertThat(record.path("result").asText()).isEqualTo("out\n");
        var result = ada.get(path + "/result").expect(200);
        assertThat(result.text()).isEqualTo("out\n");
        assertThat(result.header("X-Activation-Status")).isEqualTo("succeeded");
        assertThat(ada.get(path + "/logs").expect(200).text()).isEqualTo("err\n");
        assertThat(ada.get(path + "/logs?follow=true").expect(200).text()).isEqualTo("err\n");
        var events = ada.events(pruned);
        assertThat(events).extracting(Event::name).containsExactly("state", "end");
        assertThat(events.getFirst().data()).isEqualTo(record);
        ada.get(path + "/events", "Last-Event-ID", events.getFirst().id()).expect(204);
    }

    @Test
    void whenAnotherUserAsksThenItIsToTheByteWhatNeverWas() throws Exception {
        var nothing = pruned.substring(0, 25) + (pruned.endsWith("0") ? '1' : '0');
        for (var road : ROADS) {
            for (var method : List.of("GET", "HEAD")) {
                var others = bob.send(method, "/v1/activations/" + pruned + road, null);
                var nobodys = bob.send(method, "/v1/activations/" + nothing + road, null);

                assertThat(others.status()).as(method + " " + road).isEqualTo(404);
                assertThat(others.withoutItsOwn().replace(pruned, nothing))
                        .as(method + " " + road)
                        .isEqualTo(nobodys.withoutItsOwn());
            }
        }
        var resumed = bob.get("/v1/activations/" + pruned + "/events", "Last-Event-ID", "1");
        assertThat(resumed.status()).isEqualTo(404);
        assertThat(bob.get("/v1/activations").expect(200).json().path("items")).isEmpty();
        assertThat(ada.get("/v1/activations").expect(200).json().path("items")).hasSize(1);
    }
}
