package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.ProcessSignal;
import dev.faas.testing.Records;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** NATS fails at each step of a submit. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class OutageTest {
    @AutoClose
    private RunningGateway faas;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("brave");
    }

    private GatewayAnswer submitted(String function) {
        try {
            return faas.submit(function, "x");
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givenTheCommandCannotBeStored_whenSubmitted_thenTheActivationIsAcceptedAndTheCommandIsStoredLater()
            throws Exception {
        faas.removeStream(Subjects.ACTIVATIONS);

        var answer = faas.submit("brave", "x");

        assertThat(answer.status()).isEqualTo(202);
        var id = answer.field("activationId");
        var accepted = Await.await(faas.events.lastFromLeader(id)).orElseThrow();
        assertThat(faas.get("/v1/activations/" + id).field("status")).isEqualTo("queued");

        Topology.create(faas.bus, TopologyConfig.LOCAL);
        var command = ActivationCommand.of(accepted.record().activation());
        Await.until("the command is queued", () -> Await.await(faas.queue.contains(command)));
    }

    @Test
    void givenTheCommandCannotBeStored_whenTheGatewayDies_thenTheAcceptedEventIsLeftForTheReconciler()
            throws Exception {
        faas.removeStream(Subjects.ACTIVATIONS);
        var id = faas.submit("brave", "x").field("activationId");

        faas.stopGateway();

        Topology.create(faas.bus, TopologyConfig.LOCAL);
        var accepted = Await.await(faas.events.lastFromLeader(id)).orElseThrow();
        assertThat(Await.await(faas.events.runSpec(id))).isPresent();
        assertThat(Await.await(faas.queue.contains(
                        ActivationCommand.of(accepted.record().activation()))))
                .isFalse();
    }

    @Test
    void givenTheEventCannotBeStored_whenSubmitted_thenNothingIsAccepted() throws Exception {
        faas.removeStream(Subjects.EVENTS);

        var answer = submitted("brave");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("unavailable");
        assertThat(answer.header("Retry-After")).isNotEmpty();
        assertThat(answer.json().has("activationId")).isFalse();
    }

    @Test
    void givenAFullEventStream_whenSubmitted_thenItIsUnavailable() throws Exception {
        faas.removeStream(Subjects.EVENTS);
        Topology.create(faas.bus, Records.with(TopologyConfig.LOCAL, "eventsBytes", 64_000));

        var answer = faas.submit("brave", "text/plain", "x".repeat(100_000).getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("unavailable");
    }

    @Test
    void givenNatsIsDown_whenCalled_thenTheResponseIsQuickAndTheGatewayIsNotReady() throws Exception {
        var id = submitted("brave").field("activationId");
        faas.server.kill();

        for (var path : new String[] {"/v1/activations/" + id, "/v1/activations/" + id + "/result"}) {
            var answer = faas.get(path);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.field("dependency")).isEqualTo("nats");
        }
        Await.until("refused", () -> submitted("brave").code().equals("unavailable"));
        Await.until("not ready", () -> status("/readyz") == 503);

        faas.server.restart();
        Await.until("works again", () -> submitted("brave").status() == 202);
        Await.until("can be read again", () -> status("/v1/activations/" + id) == 200);
        Await.until("ready again", () -> status("/readyz") == 200);
    }

    @Test
    void givenNatsIsDown_whenItComesBackSoon_thenASubmitAndAReadWaitForIt() throws Exception {
        var patient = faas.patient();
        var id = submitted("brave").field("activationId");
        faas.server.kill();

        var submit = CompletableFuture.supplyAsync(
                () -> sent(patient, faas.submission("brave", "text/plain", BodyPublishers.ofString("x"))));
        var read = CompletableFuture.supplyAsync(() -> sent(patient, faas.as(faas.alice, "/v1/activations/" + id)));
        faas.server.restart();

        assertThat(Await.await(submit).status()).isEqualTo(202);
        assertThat(Await.await(read).status()).isEqualTo(200);
    }

    @Test
    void givenARequestThatWaitsForNats_whenItsClientDisconnects_thenItIsDropped() throws Exception {
        var patient = faas.patient();
        faas.server.kill();
        try (var client = new Socket(InetAddress.getLoopbackAddress(), patient.port("api"))) {
            var request = "GET /v1/activations/" + Ids.activation(Instant.now())
                    + " HTTP/1.1\r\nHost: faas\r\nAuthorization: " + faas.signer.bearer(faas.alice) + "\r\n\r\n";
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            Await.until("it waits", () -> patient.countWaiting() == 1);
        }

        Await.until("it is dropped", Duration.ofSeconds(2), () -> patient.countWaiting() == 0);
    }

    private GatewayAnswer sent(GatewayVerticle gateway, HttpRequest.Builder request) {
        try {
            return faas.sendTo(gateway, request);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private int status(String path) {
        try {
            return faas.get(path).status();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givenNatsDoesNotAnswer_whenSubmitted_thenTheOutcomeIsUnknownAndTheIdIsGiven() throws Exception {
        ProcessSignal.send("STOP", faas.server.pid());
        GatewayAnswer answer;
        try {
            answer = faas.submit("brave", "x");
        } finally {
            ProcessSignal.send("CONT", faas.server.pid());
        }

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("outcome_unknown");
        var id = answer.field("activationId");
        assertThat(Ids.isActivation(id)).isTrue();
        Await.until("works again", () -> submitted("brave").status() == 202);
    }
}
