package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionPauses;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock of one gateway jumps by hours; all other clocks are correct. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ClockJumpsTest {
    @AutoClose
    static RunningGateway faas;

    static GatewayVerticle correct;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        correct = faas.another();
        faas.function("pay");
    }

    @AfterEach
    void resetClock() {
        faas.jump = Duration.ZERO;
        faas.registry.answersNothing();
    }

    private static ActivationRecord last(String id) {
        return Await.await(faas.events.lastFromLeader(id)).orElseThrow().record();
    }

    private static HttpRequest.Builder keyed(String key) {
        return faas.submission("pay", "text/plain", BodyPublishers.ofString("x"))
                .header("Idempotency-Key", key);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, -5})
    void givenAWrongClock_whenSubmitted_thenItIsQueuedForTheCorrectClockToo(int hours) throws Exception {
        faas.jump = Duration.ofHours(hours);

        var id = faas.accepted("pay", "x");

        var queued = (ActivationRecord.Queued) last(id);
        assertThat(queued.isExpired(Instant.now(), FunctionPauses.NONE)).isFalse();
        assertThat(queued.remainingWait(Instant.now())).isZero();
        Await.until(
                "its command is queued",
                () -> Await.await(faas.queue.contains(ActivationCommand.of(queued.activation()))));
        var elsewhere = faas.sendTo(correct, faas.as(faas.alice, "/v1/activations/" + id));
        assertThat(elsewhere.field("status")).isEqualTo("queued");
        assertThat(faas.get("/v1/activations/" + id + "/explain").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {48, -48})
    void givenAKey_whenTheClockJumpsByDays_thenARepeatIsStillTheSameActivation(int hours) throws Exception {
        var key = UUID.randomUUID().toString();
        var id = faas.send(keyed(key)).field("activationId");

        faas.jump = Duration.ofHours(hours);

        assertThat(faas.send(keyed(key)).field("activationId")).isEqualTo(id);
        assertThat(faas.sendTo(correct, keyed(key)).field("activationId")).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(ints = {48, -48})
    void givenAKeyFromAWrongClock_whenRepeatedWithTheCorrectClock_thenItIsTheSameActivation(int hours)
            throws Exception {
        var key = UUID.randomUUID().toString();
        faas.jump = Duration.ofHours(hours);
        var id = faas.send(keyed(key)).field("activationId");

        faas.jump = Duration.ZERO;

        assertThat(faas.sendTo(correct, keyed(key)).field("activationId")).isEqualTo(id);
        assertThat(faas.send(keyed(key)).field("activationId")).isEqualTo(id);
    }

    @Test
    void givenASlowClock_whenCancelled_thenItEndsAndNoDurationIsNegative() throws Exception {
        var id = faas.accepted("pay", "x");
        faas.jump = Duration.ofHours(-5);

        assertThat(faas.send(faas.as(faas.alice, "/v1/activations/" + id).DELETE())
                        .status())
                .isEqualTo(202);

        var record = faas.get("/v1/activations/" + id).json();
        assertThat(record.path("status").asText()).isEqualTo("cancelled");
        for (var time : new String[] {"waitMs", "startMs", "durationMs"}) {
            assertThat(record.path(time).asLong()).as(time).isNotNegative();
        }
    }
}
