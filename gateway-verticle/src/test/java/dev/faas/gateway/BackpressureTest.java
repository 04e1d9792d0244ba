package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.nats.PullInbox.PullResult;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.quota.Quota.Limit;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class BackpressureTest {
    @AutoClose
    private RunningGateway faas;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
    }

    /** Creates a function and its consumer, like the registry. */
    private FunctionRevision function(String name, int maxPending) {
        return function(RunningGateway.spec(name, null, maxPending));
    }

    private FunctionRevision function(FunctionSpec spec) {
        var function = faas.function(faas.alice, spec);
        Await.await(faas.queue.ensureConsumer(function));
        return function;
    }

    private GatewayAnswer submit(String function) {
        return submitTo(faas.gateway, function, "x");
    }

    private GatewayAnswer submitTo(GatewayVerticle gateway, String function, String argument) {
        try {
            return faas.sendTo(gateway, faas.submission(function, "text/plain", BodyPublishers.ofString(argument)));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertRefused(GatewayAnswer answer, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(429);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60);
    }

    private long queued(FunctionRevision function) {
        return Await.await(faas.queue.stats(function.id())).orElseThrow().queued();
    }

    @Test
    void givenAQueueOfFive_whenMoreAreSubmitted_thenTheyAreRefusedUntilOneIsPulled_andNeverRun() throws Exception {
        var function = function("narrow", 5);
        for (int i = 0; i < 5; i++) {
            assertThat(submit("narrow").status()).isEqualTo(202);
        }

        var refused = submit("narrow");

        assertRefused(refused, "queue_full");
        assertThat(refused.field("detail")).contains("narrow", "queue.maxPending");
        Await.until("five are queued", () -> queued(function) == 5);
        try (var puller = faas.queue.openPuller(unexpected -> {})) {
            var pulled = Await.await(puller.pull(function.id(), Duration.ofSeconds(20)));
            assertThat(pulled).isInstanceOf(PullResult.Message.class);
            Await.until("there is room", () -> submit("narrow").status() == 202);
        }
        assertRefused(submit("narrow"), "queue_full");
        Await.until("four of the first and one more are queued", () -> queued(function) == 5);
    }

    @Test
    void givenAQueueThatAnotherGatewayHasFilled_whenSubmitted_thenTheFirstSubmitIsRefused() throws Exception {
        var function = function("shared", 3);
        var other = faas.another();
        for (int i = 0; i < 3; i++) {
            assertThat(submitTo(other, "shared", "x").status()).isEqualTo(202);
        }
        Await.until("three are queued", () -> queued(function) == 3);

        assertRefused(submit("shared"), "queue_full");
    }

    @Test
    void givenAFullQueue_whenAnotherFunctionOfTheOwnerIsCalled_thenItIsAccepted() {
        function("full", 1);
        function("free", 1);
        assertThat(submit("full").status()).isEqualTo(202);
        assertRefused(submit("full"), "queue_full");

        assertThat(submit("free").status()).isEqualTo(202);
    }

    @Test
    void givenAnOwnersQuota_whenAllFunctionsTogetherReachIt_thenThatOwnerIsRefusedAndOthersAreNot() throws Exception {
        function("one", 100);
        function("two", 100);
        faas.function(faas.bob, FunctionSpec.of("one", "x"));
        var strict = faas.another(Limit.QUEUED, 4);
        int accepted = 0;
        var answer = submitTo(strict, "one", "x");
        while (answer.status() == 202 && accepted < 10) {
            accepted++;
            answer = submitTo(strict, accepted % 2 == 0 ? "one" : "two", "x");
        }

        assertRefused(answer, "quota_exceeded");
        assertThat(accepted)
                .as("about: the broker's figures come a moment late")
                .isBetween(4, 5);
        assertRefused(submitTo(strict, "one", "x"), "quota_exceeded");
        assertRefused(submitTo(strict, "two", "x"), "quota_exceeded");
        var others = faas.sendTo(
                strict, faas.as(faas.bob, "/v1/functions/one/activations").POST(BodyPublishers.noBody()));
        assertThat(others.status()).isEqualTo(202);
    }

    @Test
    void givenALimitOfBytes_whenArgumentsAreLarge_thenTheQueueIsFullBeforeTheLimitOfActivations() {
        function("large", 100);
        var strict = faas.another(Limit.QUEUED_MB, 1);
        var argument = "x".repeat(100_000);

        int accepted = 0;
        var answer = submitTo(strict, "large", argument);
        while (answer.status() == 202 && accepted < 50) {
            accepted++;
            answer = submitTo(strict, "large", argument);
        }

        assertRefused(answer, "quota_exceeded");
        assertThat(answer.field("detail")).contains("1 MiB");
        assertThat(accepted).isBetween(9, 12);
    }

    @Test
    void givenALimitOfBytes_whenTheFunctionIsLargeAndArgumentsAreEmpty_thenTheFunctionCounts() {
        function(RunningGateway.spec("wordy", List.of("x".repeat(100_000)), 100));
        var strict = faas.another(Limit.QUEUED_MB, 1);

        int accepted = 0;
        var answer = submitTo(strict, "wordy", "");
        while (answer.status() == 202 && accepted < 50) {
            accepted++;
            answer = submitTo(strict, "wordy", "");
        }

        assertRefused(answer, "quota_exceeded");
        assertThat(accepted).isBetween(9, 12);
    }

    /** The registry no longer creates such a function. */
    @Test
    void givenAnEventLargerThanANatsMessage_whenItCannotBeStored_thenItsReservationIsReleased() {
        function(RunningGateway.spec("huge", List.of("x".repeat((1 << 20) - 2_000)), 2));
        var sixTimesAsLongInJson = "\u0001".repeat(1_000);
        for (int i = 0; i < 2; i++) {
            assertThat(submitTo(faas.gateway, "huge", sixTimesAsLongInJson).status())
                    .isEqualTo(500);
        }

        Await.until(
                "both places are free", () -> submitTo(faas.gateway, "huge", "").status() == 202);
    }

    @Test
    void givenAnEventStreamFilledTo85Percent_whenSubmitted_thenItIsRefusedAndAcceptedActivationsCanEnd()
            throws Exception {
        var small = Records.with(TopologyConfig.LOCAL, "eventsBytes", 1_000_000);
        var connection = faas.administrator();
        try {
            connection.jetStreamManagement().deleteStream(Subjects.EVENTS);
        } finally {
            connection.close();
        }
        Topology.create(faas.bus, small);
        function("filling", 1_000);
        var first = submit("filling").field("activationId");
        var argument = "x".repeat(50_000);

        var answer = submitTo(faas.gateway, "filling", argument);
        for (int i = 0; i < 40 && answer.status() == 202; i++) {
            answer = submitTo(faas.gateway, "filling", argument);
        }

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("unavailable");
        assertThat(answer.field("detail")).contains("event stream is full");
        assertThat(answer.header("Retry-After")).isEqualTo("10");
        var room = Await.await(faas.events.streamUsage());
        assertThat(room.fillRatioWith(0)).isBetween(0.7, 0.86);
        faas.claim(first).out("done").succeed();
        assertThat(faas.get("/v1/activations/" + first).field("status")).isEqualTo("succeeded");
    }

    @Test
    void givenAQueueOfAllFunctionsThatIsFull_whenSubmitted_thenItIsRefused() throws Exception {
        var sizes = Records.with(TopologyConfig.LOCAL.sizes(), "activations", 10_000);
        Topology.create(faas.bus, Records.with(TopologyConfig.LOCAL, "sizes", sizes));
        function("many", 1_000);

        Await.until("refused", () -> submit("many").status() == 503);

        assertThat(submit("many").field("detail")).contains("queue of all functions");
    }

    @Test
    void givenKeys_whenTheQueueIsFull_thenARepeatIsAnsweredAndANewKeyIsAcceptedLater() throws Exception {
        var function = function("keyed", 1);
        var first = keyed("a");
        assertThat(first.status()).isEqualTo(202);

        assertRefused(keyed("b"), "queue_full");
        assertThat(keyed("a").text()).isEqualTo(first.text());

        Await.until("it is queued", () -> queued(function) == 1);
        try (var puller = faas.queue.openPuller(unexpected -> {})) {
            Await.await(puller.pull(function.id(), Duration.ofSeconds(20)));
            Await.until("there is room", () -> unchecked("b").status() == 202);
        }
        assertThat(Ids.isActivation(keyed("b").field("activationId"))).isTrue();
        assertThat(Instant.now()).isAfter(Ids.timeOf(keyed("b").field("activationId")));
    }

    private GatewayAnswer keyed(String key) throws IOException, InterruptedException {
        return faas.send(faas.submission("keyed", "text/plain", BodyPublishers.ofString("x"))
                .header("Idempotency-Key", key));
    }

    private GatewayAnswer unchecked(String key) {
        try {
            return keyed(key);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
