package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.Snapshot;
import dev.faas.gateway.NatsRelay.Cut;
import dev.faas.testing.Await;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** NATS fails at each step of a submit with an Idempotency-Key, and the submit is repeated. */
@Tag("slow")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class IdempotencyOutageTest {
    private static final String ENTRY = "HPUB $KV.IDEMPOTENCY.";
    private static final String ACCEPTED = "HPUB events.";

    @AutoClose
    private RunningGateway faas;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("pay");
    }

    private HttpRequest.Builder request() {
        return request("order-4711");
    }

    private HttpRequest.Builder request(String key) {
        return faas.submission("pay", "text/plain", BodyPublishers.ofString("x"))
                .header("Idempotency-Key", key);
    }

    private GatewayAnswer submit() {
        return submit("order-4711");
    }

    private GatewayAnswer submit(String key) {
        try {
            return faas.send(request(key));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private GatewayAnswer accepted() {
        var answers = new GatewayAnswer[1];
        Await.until("accepted", () -> {
            answers[0] = submit();
            return answers[0].status() == 202;
        });
        return answers[0];
    }

    private Optional<Snapshot> stored(String id) {
        return Await.await(faas.events.lastFromLeader(id));
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE", "AFTER"})
    void givenNatsStopsAnsweringAtTheAcceptedEvent_whenRepeated_thenOneActivationIsStored(Cut cut) throws Exception {
        faas.relay.cut(cut, ACCEPTED);

        var unknown = submit();

        assertThat(unknown.status()).isEqualTo(503);
        assertThat(unknown.code()).isEqualTo("outcome_unknown");
        assertThat(unknown.header("Retry-After")).isNotEmpty();
        assertThat(unknown.field("detail")).contains("same Idempotency-Key");
        var id = unknown.field("activationId");
        var before = stored(id);
        assertThat(before.isPresent()).isEqualTo(cut == Cut.AFTER);

        faas.relay.heal();
        assertThat(accepted().field("activationId")).isEqualTo(id);
        var after = stored(id).orElseThrow();
        before.ifPresent(first -> assertThat(after).isEqualTo(first));
        assertThat(accepted().field("activationId")).isEqualTo(id);
        assertThat(stored(id)).contains(after);
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE", "AFTER"})
    void givenNatsStopsAnsweringAtTheKeysEntry_whenRepeated_thenOneActivationIsStored(Cut cut) throws Exception {
        faas.relay.cut(cut, ENTRY);

        var refused = submit();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("unavailable");
        assertThat(refused.json().has("activationId")).isFalse();

        faas.relay.heal();
        var id = accepted().field("activationId");
        assertThat(accepted().field("activationId")).isEqualTo(id);
    }

    @ParameterizedTest
    @CsvSource({ENTRY + ",BEFORE", ENTRY + ",AFTER", ACCEPTED + ",BEFORE", ACCEPTED + ",AFTER"})
    void givenAConnectionThatBreaks_whenItComesBackSoon_thenTheRequestIsAnsweredAndOneActivationIsStored(
            String message, Cut cut) throws Exception {
        var patient = faas.patient();
        faas.relay.cut(cut, message);
        var answer = CompletableFuture.supplyAsync(() -> submitTo(patient));
        Await.until("it is cut", faas.relay::hasCut);
        if (cut == Cut.AFTER) {
            var written = message.equals(ENTRY) ? "KV_" + Subjects.IDEMPOTENCY : Subjects.EVENTS;
            Await.until("it is stored", () -> countStored(written) == 1);
        }
        faas.relay.heal();

        assertThat(Await.await(answer).status()).isEqualTo(202);
        assertThat(countStored(Subjects.EVENTS)).isEqualTo(1);
        var accepted = stored(Await.await(answer).field("activationId")).orElseThrow();
        var command = ActivationCommand.of(accepted.record().activation());
        Await.until("it is queued", () -> Await.await(faas.queue.contains(command)));
    }

    private GatewayAnswer submitTo(GatewayVerticle gateway) {
        try {
            return faas.sendTo(gateway, request());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private long countStored(String stream) {
        return Await.await(faas.bus.stream(stream).state()).lastSequence();
    }

    /** Meanwhile another gateway may have accepted it, and it may have ended and been pruned: then "must not exist" succeeds. */
    @Test
    void givenAGatewayThatIsFrozenBetweenTheLookupAndTheAcceptedEvent_whenItContinues_thenItAcceptsNothing()
            throws Exception {
        faas.relay.cut(Cut.BEFORE, ACCEPTED);
        var id = submit().field("activationId");
        faas.relay.heal();
        Await.until("NATS is reachable", () -> submit("another").status() == 202);
        faas.registry.answers(question -> {
            faas.jump = Duration.ofMinutes(20);
            question.response().setStatusCode(404).end();
        });

        var refused = submit();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("unavailable");
        assertThat(stored(id)).isEmpty();
        assertThat(accepted().field("activationId")).isEqualTo(id);
    }

    @Test
    void givenTheGatewayDiesBetweenTheKeysEntryAndTheAcceptedEvent_whenRepeatedAtAnother_thenTheIdIsTheSame()
            throws Exception {
        faas.relay.cut(Cut.BEFORE, ACCEPTED);
        var id = submit().field("activationId");
        faas.stopGateway();
        assertThat(stored(id)).isEmpty();

        var again = faas.sendTo(faas.another(), request());

        assertThat(again.status()).isEqualTo(202);
        assertThat(again.field("activationId")).isEqualTo(id);
        assertThat(stored(id)).isPresent();
    }
}
