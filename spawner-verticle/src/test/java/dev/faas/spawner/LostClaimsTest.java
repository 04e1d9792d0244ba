package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.spawner.run.RunTiming;
import dev.faas.testing.FaultyLink;
import dev.faas.testing.Pause;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests activations whose state is running on a spawner that is alive and does not run them. */
final class LostClaimsTest {
    private static final int CLAIMS = 8;
    /** Longer than the test takes to see the last claim. */
    private static final Duration DELAY = Duration.ofMillis(300);
    /** Its pulls go on until a delayed answer is there. */
    private static final RunTiming DELAYED = new RunTiming(
            RunTiming.DEFAULT.keepAlive(),
            RunTiming.DEFAULT.lease(),
            DELAY.multipliedBy(10),
            RunTiming.DEFAULT.queueTableAge(),
            RunTiming.DEFAULT.reap());

    /** Longer than a claim is tried. */
    private static final Duration OUTAGE = Duration.ofSeconds(5);
    /** Less than until their commands are delivered again. */
    private static final Duration ENDED_WITHIN = Duration.ofSeconds(12);

    private Platform platform;
    private FaultyLink link;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.images.put("quick", process -> 0);
        link = FaultyLink.to(platform.server.port());
    }

    @AfterEach
    void stop() throws Exception {
        platform.close();
        link.close();
    }

    @Test
    void givenStoredClaims_whenTheConnectionEndsBeforeTheirAnswers_thenNoneStaysRunning() throws Exception {
        var ids = claimsInFlight();

        link.refuse();

        assertAllEndAfterTheOutage(ids);
    }

    @Test
    void givenStoredClaims_whenTheirAnswersAreSwallowed_thenNoneStaysRunning() throws Exception {
        var ids = claimsInFlight();

        link.swallowReplies();

        assertAllEndAfterTheOutage(ids);
    }

    private void assertAllEndAfterTheOutage(List<String> ids) throws Exception {
        platform.spawner("other", 2, Duration.ofSeconds(1), RunTiming.DEFAULT);
        Pause.of(OUTAGE);
        link.restore();

        var until = Instant.now().plus(ENDED_WITHIN);
        for (var id : ids) {
            var ended = platform.ended(id, Duration.between(Instant.now(), until));
            assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
            assertThat(ended.attempt()).isEqualTo(1);
        }
    }

    /** Each claim is stored, and its answer is on the way to its spawner. */
    private List<String> claimsInFlight() throws Exception {
        platform.spawner("behind-the-link", CLAIMS, Duration.ofSeconds(1), DELAYED, link.port());
        var functions = new ArrayList<FunctionRevision>();
        for (int i = 0; i < CLAIMS; i++) {
            // Commands of one function come one after another.
            functions.add(platform.function(Specs.of("quick")));
        }
        link.delay(DELAY);
        var ids = new ArrayList<String>();
        for (var function : functions) {
            ids.add(platform.submit(function, ""));
        }
        for (var id : ids) {
            Platform.until("its claim is stored", () -> !(platform.state(id) instanceof Queued));
        }
        return ids;
    }

    @Test
    void givenRunsThatTheirSpawnerDoesNotHave_whenTheirCommandsCome_thenTheyEndAndTheFunctionIsNotBlocked()
            throws Exception {
        for (var name : List.of("a", "b", "c")) {
            platform.spawner(name, 2, Duration.ofSeconds(1), RunTiming.DEFAULT);
        }
        var owner = platform.ended(platform.submit(platform.function(Specs.of("quick")), ""))
                .worker();
        var function = platform.function(Specs.concurrency("quick", 1));
        var ids = new ArrayList<String>();
        for (int i = 0; i < 10; i++) {
            ids.add(plantRun(function, owner));
        }

        for (var id : ids) {
            platform.enqueue(function, id);
        }

        var until = Instant.now().plusSeconds(10);
        for (var id : ids) {
            var ended = platform.ended(id, Duration.between(Instant.now(), until));
            assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
            assertThat(ended.attempt()).isEqualTo(1);
            assertThat(ended.platformFaults()).isEqualTo(1);
        }
    }

    private String plantRun(FunctionRevision function, Worker owner) throws Exception {
        var accepted = platform.accept(function, "", Instant.now().plusSeconds(600));
        var running = ((Queued) accepted.record()).claim(owner, Ids.activation(Instant.now()), Instant.now());
        return Platform.expectStored(platform.events.append(running, accepted.sequence()))
                .record()
                .id();
    }
}
