package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.OutputChunk.Source;
import dev.faas.nats.TopologyConfig;
import dev.faas.quota.OwnerQuotas;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One owner fills the event stream and the object store, which are small. */
class SharedStoresTest {
    private static final int EVENTS = 8 << 20;
    private static final int OUTPUTS = 2 << 20;
    private static final String LARGE = "x".repeat(200_000);

    @TempDir
    Path directory;

    private Registry registry;

    private final String greedy = Ids.user(Instant.now());
    private final String modest = Ids.user(Instant.now());

    @BeforeEach
    void start() throws Exception {
        var sizes = Records.with(TopologyConfig.LOCAL.sizes(), "outputs", OUTPUTS);
        registry = Registry.start(
                directory, config -> Registry.withTopology(config, "eventsBytes", EVENTS, "sizes", sizes));
    }

    @AfterEach
    void stop() throws Exception {
        registry.stop();
    }

    private Story accepted(String owner, String argument) {
        var function = Ids.function(Instant.now());
        return Story.accepted(
                registry.bus, Story.activation(owner, function, "called", Instant.now(), Map.of()), argument);
    }

    private Story ended(String owner) {
        return accepted(owner, "")
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, LARGE)
                .succeeded(null, LARGE.length(), 0);
    }

    private static int status(Client user, Story story, String what) {
        return user.get("/v1/activations/" + story.id() + what).status();
    }

    @Test
    void givenOutputsThatDoNotFit_whenEnded_thenEachIsInTheLedgerSoon_andTheOldestOfTheLargestOwnerGo()
            throws Exception {
        var first = registry.client(greedy);
        var second = registry.client(modest);
        var small = ended(modest);
        Await.until("in the ledger", () -> status(second, small, "") == 200);
        var large = new ArrayList<Story>();
        for (int i = 0; i < 20; i++) {
            var story = ended(greedy);
            large.add(story);
            Await.until(
                    "in the ledger",
                    Duration.ofSeconds(20),
                    () -> first.get("/v1/activations/" + story.id()).text().contains("succeeded"));
        }

        Await.until(
                "room again",
                () -> registry.bus.objectBucket(Subjects.OUTPUTS).state().join().fillRatio() <= 0.8);
        assertThat(status(second, small, "/result")).isEqualTo(200);
        var results =
                large.stream().map(story -> status(first, story, "/result")).toList();
        assertThat(results).isSubsetOf(200, 410).startsWith(410);
        assertThat(first.get("/v1/activations/" + large.getFirst().id() + "/result")
                        .code())
                .isEqualTo("result_expired");
        assertThat(status(first, large.getFirst(), "")).isEqualTo(200);
    }

    @Test
    void givenMoreThanHalfOfTheEventStream_whenOneOwnerHasMoreThanAShare_thenGatewaysAreToldOfThatOwnerOnly()
            throws Exception {
        var quotas = OwnerQuotas.follow(
                registry.bus.kv(Subjects.USAGE), registry.backends.config().quotas(), Duration.ofSeconds(10));
        try {
            accepted(modest, "small");
            for (int i = 0; i < 50; i++) {
                accepted(greedy, "x".repeat(100_000));
            }

            Await.until("told", () -> quotas.isOverShare(greedy));
            assertThat(quotas.isOverShare(modest)).isFalse();

            registry.bus.stream(Subjects.EVENTS).purge("events.*.*").join();
            Await.until("told otherwise", () -> !quotas.isOverShare(greedy));
        } finally {
            quotas.close();
        }
    }
}
