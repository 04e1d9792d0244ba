package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.Status;
import dev.faas.gateway.NatsRelay.Cut;
import dev.faas.nats.Nats;
import dev.faas.testing.Await;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client disconnects right after its activation is stored: the 202 is never sent. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class UnansweredSubmitTest {
    private static final String ACCEPTED = "HPUB events.";

    @AutoClose
    private RunningGateway faas;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("pay");
    }

    /** The id of an activation whose client disconnects before the gateway gets the reply of NATS. */
    private String submitAndDisconnect(String header) throws Exception {
        var stored = new CompletableFuture<String>();
        try (Nats.Subscription _ = faas.bus.subscribe(
                "live.*.state", state -> stored.complete(state.message().subject()))) {
            Await.await(faas.bus.flush());
            faas.relay.cut(Cut.HELD, ACCEPTED);
            try (var client = new Socket(InetAddress.getLoopbackAddress(), faas.gateway.port("api"))) {
                client.getOutputStream()
                        .write(("POST /v1/functions/pay/activations HTTP/1.1\r\nHost: faas\r\nAuthorization: "
                                        + faas.signer.bearer(faas.alice)
                                        + "\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n"
                                        + header
                                        + "\r\nx")
                                .getBytes(StandardCharsets.US_ASCII));
                var id = Await.await(stored).split("\\.")[1];
                // Closes with a reset, so that no response can arrive.
                client.setSoLinger(true, 0);
                return id;
            }
        }
    }

    private void awaitQueued(String id) {
        var accepted = Await.await(faas.events.lastFromLeader(id)).orElseThrow().record();
        assertThat(accepted.currentStatus()).isEqualTo(Status.QUEUED);
        var command = ActivationCommand.of(accepted.activation());
        Await.until("it is queued", () -> Await.await(faas.queue.contains(command)));
    }

    @Test
    void givenADisconnectedClient_whenItsActivationIsStored_thenItIsQueued() throws Exception {
        var id = submitAndDisconnect("");

        faas.relay.release();

        awaitQueued(id);
        assertThat(faas.get("/v1/activations/" + id).field("status")).isEqualTo("queued");
        assertThat(faas.submit("pay", "y").status()).isEqualTo(202);
    }

    @Test
    void givenADisconnectedClient_whenItRepeatsItsRequestWithItsKey_thenItGetsTheActivation() throws Exception {
        var id = submitAndDisconnect("Idempotency-Key: order-1\r\n");

        faas.relay.release();

        awaitQueued(id);
        var repeat = faas.submission("pay", "text/plain", BodyPublishers.ofString("x"))
                .header("Idempotency-Key", "order-1");
        var answer = faas.send(repeat);
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.field("activationId")).isEqualTo(id);
    }
}
