package dev.faas.registry;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvents;
import dev.faas.nats.Consumers.ConsumerState;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many versions of an activation's row are written: each is a whole wide row, and an entry in every index. */
class LedgerVersionsTest {
    private static final int MANY = 1_000;
    /** Its events can be pruned at once. */
    private final Instant longAgo = Instant.now().minus(Duration.ofHours(1));

    @TempDir
    Path directory;

    private Registry registry;

    @BeforeEach
    void start() throws Exception {
        registry = Registry.start(directory);
    }

    @AfterEach
    void stop() throws Exception {
        registry.stop();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void givenActivationsThatEndSoonWhenTheyArePrunedThenEachHasHadOneVersion(int registries) throws Exception {
        var others = new ArrayList<String>();
        for (int i = 1; i < registries; i++) {
            others.add(await(registry.vertx.deployVerticle(new RegistryVerticle(registry.backends.config()))));
        }

        for (int i = 0; i < MANY; i++) {
            accepted().claimed("run-1").succeeded("", 0, 0, longAgo);
        }

        var events = new ActivationEvents(registry.bus);
        Await.eventually(() -> registry.backends.number("select count(*) from activation") == MANY);
        Await.eventually(() -> events.streamUsage().join().used() == 0);
        assertThat(registry.backends.number("select count(*) from activation where argument is null"))
                .isZero();
        others.forEach(each -> await(registry.vertx.undeploy(each)));
        // Closed connections have told Postgres what they did.
        registry.withoutAny(() -> assertOneVersionOfEach(MANY));
    }

    @Test
    void givenStatesHeldBackWhenTheRegistryStopsThenTheLedgerHasThem() throws Exception {
        var all = Stream.generate(this::accepted).limit(100).toList();
        Await.eventually(() -> projector().pending() == 0);

        registry.withoutAny(() -> {
            Await.eventually(() -> projector().unacked() == 0);
            assertThat(registry.backends.number("select count(*) from activation"))
                    .isEqualTo(all.size());
        });
    }

    /** It held back the accepted events; another registry gets the ends. */
    @Test
    void givenARegistryThatDiedWithStatesHeldBackWhenTheActivationsEndThenTheirRowsAreComplete() throws Exception {
        registry.withoutAny(() -> {
            var all = Stream.generate(this::accepted).limit(100).toList();
            var dead = registry.bus.openReader(Subjects.EVENTS, Subjects.PROJECTOR);
            for (int taken = 0; taken < all.size(); ) {
                taken += dead.take(all.size() - taken, Duration.ofSeconds(5)).size();
            }
            all.forEach(each -> each.claimed("run-1").succeeded("", 0, 0));
        });

        Await.eventually(() -> registry.backends.number(
                        "select count(*) from activation where argument is not null" + " and status = 'succeeded'")
                == 100);
        Await.eventually(() -> projector().unacked() == 0);
        registry.withoutAny(() -> assertOneVersionOfEach(100));
    }

    /** A machine that stalls for a second lets a few of them become old enough to be asked for. */
    private void assertOneVersionOfEach(int activations) throws Exception {
        assertThat(versions("n_tup_ins + n_tup_upd")).isBetween((long) activations, activations + activations / 100L);
        assertThat(versions("n_dead_tup")).isLessThanOrEqualTo(activations / 100L);
    }

    private long versions(String counter) throws Exception {
        return registry.backends.number(
                "select sum(" + counter + ") from pg_stat_user_tables where relname ~ '^activation_(2|default)'");
    }

    private ConsumerState projector() {
        return registry.bus.stream(Subjects.EVENTS)
                .consumers()
                .state(Subjects.PROJECTOR)
                .join()
                .orElseThrow();
    }

    private Story accepted() {
        return Story.accepted(
                registry.bus,
                Story.activation(
                        Ids.user(Instant.now()), Ids.function(Instant.now()), "worked", Instant.now(), Map.of()),
                "argument");
    }
}
