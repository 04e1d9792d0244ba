package dev.faas.registry;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.dispatcher.DispatcherVerticle;
import dev.faas.quota.OwnerQuotas;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Subjects;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Delayed activations as their gateway leaves them: accepted, without a command. */
class DelayedCrashTest extends RegistryFixture {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration LATER = Duration.ofHours(1);

    private final List<String> otherRegistries = new ArrayList<>();
    private String functionId;

    @BeforeEach
    void newFunction() {
        registry.jump = Duration.ZERO;
        functionId = createWithQueue("delayed");
    }

    @AfterEach
    void stopOthers() {
        otherRegistries.forEach(id -> await(registry.vertx.undeploy(id)));
    }

    private Story accepted(Duration delay) {
        var now = Instant.now();
        Activation plain = Story.activation(owner, functionId, "delayed", now, Map.of());
        var due = now.plus(delay).truncatedTo(ChronoUnit.MILLIS);
        return Story.accepted(
                registry.bus, Records.with(plain, "notBefore", due, "expiresAt", due.plus(Duration.ofDays(1))), "");
    }

    private static ActivationCommand command(Story story) {
        return ActivationCommand.of(story.activation);
    }

    private static boolean queued(Story story) {
        return queue.contains(command(story)).join();
    }

    private static boolean waits(Story story) throws Exception {
        return registry.backends.number("select count(*) from delayed where id = '" + story.id() + "'") == 1;
    }

    private long queuedCount() {
        return queue.stats(functionId).join().orElseThrow().queued();
    }

    private static void assertDue(Story story) {
        assertThat(Instant.now()).isAfterOrEqualTo(story.activation.notBefore());
    }

    @Test
    void givenADelayedActivation_whenItIsDue_thenItsCommandIsPut_notBefore() throws Exception {
        var story = accepted(SOON);
        Await.eventually(() -> waits(story));

        Await.eventually(() -> queued(story));

        assertDue(story);
        Await.eventually(() -> !waits(story));
        assertThat(queuedCount()).isEqualTo(1);
    }

    @Test
    void givenNoRegistryRanWhenItWasAccepted_whenOneStarts_thenTheProjectorFindsIt() throws Exception {
        var stories = new ArrayList<Story>();

        registry.withoutAny(() -> {
            stories.add(accepted(Duration.ofMillis(10)));
            stories.add(accepted(LATER));
        });

        Await.eventually(() -> queued(stories.getFirst()));
        Await.eventually(() -> waits(stories.getLast()));
        assertThat(queued(stories.getLast())).isFalse();
    }

    @Test
    void givenACrashAfterItsCommandWasPut_whenItIsTakenAgain_thenThereIsStillOneCommand() throws Exception {
        var story = accepted(LATER);
        Await.eventually(() -> waits(story));
        queue.enqueue(command(story)).join();

        registry.backends.run("update delayed set not_before = now() where id = '" + story.id() + "'");

        Await.eventually(() -> !waits(story));
        assertThat(queuedCount()).isEqualTo(1);
    }

    @Test
    void givenTheDispatcherRunsAlone_whenOneIsDue_thenItsCommandIsPut() throws Exception {
        var story = accepted(LATER);
        Await.eventually(() -> waits(story));

        registry.withoutAny(() -> {
            registry.backends.run("update delayed set not_before = now() where id = '" + story.id() + "'");
            var alone = new DispatcherVerticle(registry.backends.config().dispatcher());
            var deployment = await(registry.vertx.deployVerticle(alone));

            Await.eventually(() -> queued(story));

            await(registry.vertx.undeploy(deployment));
        });
    }

    @Test
    void givenDelayedOnes_whenCounted_thenMetricQuotaAndGatewaysSeeThem() throws Exception {
        var story = accepted(LATER);

        Await.eventually(() -> user.get("/v1/projects/" + owner + "/quota")
                        .json()
                        .getJsonObject("used")
                        .getInteger("delayed")
                == 1);

        var usage = registry.bus.kv(Subjects.USAGE);
        Await.eventually(() -> usage.get(OwnerQuotas.DELAYED)
                .join()
                .map(entry -> new String(entry.value().bytes(), StandardCharsets.UTF_8))
                .filter(text -> text.contains("\"" + owner + "\":1"))
                .isPresent());
        try (var operator = new Client(registry.internalPort(), "")) {
            Await.eventually(() -> Pattern.compile("faas_delayed_waiting\\{.*} [1-9]")
                    .matcher(operator.get("/metrics").text())
                    .find());
        }
        assertThat(queued(story)).isFalse();
    }

    /** Also if the projector of an earlier version wrote it to the ledger. */
    @Test
    void givenItsRowIsMissing_whenItIsDue_thenTheReconcilerPutsItsCommand_notBefore() throws Exception {
        var story = accepted(SOON);
        Await.eventually(() -> waits(story));
        registry.backends.run("delete from delayed where id = '" + story.id() + "'");

        Await.eventually(() -> queued(story));

        assertDue(story);
    }

    @Test
    void givenTheRegistrysClockIsAhead_whenTheReconcilerPasses_thenItIsNotPutBeforeTheDatabaseSaysSo()
            throws Exception {
        var story = accepted(LATER);
        Await.eventually(() -> waits(story));
        registry.jump = LATER.multipliedBy(2);

        // Of later ids: each pass looks at the delayed one first.
        for (int pass = 0; pass < 3; pass++) {
            var lost = Story.accepted(
                    registry.bus, Story.activation(owner, functionId, "delayed", Instant.now(), Map.of()), "");
            Await.eventually(() -> queued(lost));
        }

        assertThat(queued(story)).isFalse();
    }

    @Test
    void givenItIsCancelledBeforeItIsDue_whenTheLedgerHasIt_thenNothingIsLeftToPut() throws Exception {
        var story = accepted(LATER);
        Await.eventually(() -> waits(story));

        cancel(story.id());

        Await.eventually(() -> !waits(story));
        assertThat(queued(story)).isFalse();
    }

    @Test
    void givenTwoRegistries_whenManyAreDueAtOnce_thenEachHasOneCommand() throws Exception {
        otherRegistries.add(await(registry.vertx.deployVerticle(new RegistryVerticle(registry.backends.config()))));
        var stories = new ArrayList<Story>();
        for (int i = 0; i < 200; i++) {
            stories.add(accepted(LATER));
        }
        for (var story : stories) {
            Await.eventually(() -> waits(story));
        }

        registry.backends.run("update delayed set not_before = now() where owner = '" + owner + "'");

        for (var story : stories) {
            Await.eventually(() -> queued(story));
        }
        assertThat(queuedCount()).isEqualTo(stories.size());
        assertThat(stories.getFirst().refreshed().record()).isInstanceOf(Queued.class);
    }
}
