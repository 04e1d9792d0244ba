package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionRevision;
import io.nats.client.PurgeOptions;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fills the bucket of Idempotency-Keys. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class IdempotencyRoomTest {
    private static final int ROOM_BYTES = 4_000;
    private static final int MORE_THAN_FIT = 100;

    @AutoClose
    private RunningGateway faas;

    private FunctionRevision function;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        function = faas.function("pay");
        Await.await(faas.queue.ensureConsumer(function));
        // Like a registry that starts with another limit.
        Topology.create(faas.bus, Records.with(TopologyConfig.LOCAL, "keysBytes", ROOM_BYTES));
    }

    private HttpRequest.Builder request(int key, String argument) {
        return faas.submission("pay", "text/plain", BodyPublishers.ofString(argument))
                .header("Idempotency-Key", "order-" + key);
    }

    /** The ids of accepted activations, by key, until a submit is refused. */
    private List<String> fill() throws IOException, InterruptedException {
        var ids = new ArrayList<String>();
        var answer = faas.send(request(0, "x"));
        while (answer.status() == 202 && ids.size() < MORE_THAN_FIT) {
            ids.add(answer.field("activationId"));
            answer = faas.send(request(ids.size(), "x"));
        }
        return ids;
    }

    private long queued() {
        return Await.await(faas.queue.stats(function.id())).orElseThrow().queued();
    }

    @Test
    void givenNoRoomForAnotherKey_whenSubmitted_thenNothingIsAccepted() throws Exception {
        var ids = fill();

        var refused = faas.send(request(ids.size(), "x"));

        assertThat(ids).hasSizeBetween(5, MORE_THAN_FIT - 1);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("unavailable");
        assertThat(refused.header("Retry-After")).isEqualTo("60");
        assertThat(refused.field("detail")).contains("Idempotency-Key", "Nothing was accepted");
        assertThat(refused.json().has("activationId")).isFalse();
        Await.until("all that was accepted is queued", () -> queued() == ids.size());
    }

    @Test
    void givenNoRoomForAnotherKey_whenKnownKeysAreRepeated_thenTheyReturnTheirActivations() throws Exception {
        var ids = fill();

        for (int key = 0; key < ids.size(); key++) {
            assertThat(faas.send(request(key, "x")).field("activationId")).isEqualTo(ids.get(key));
        }
        assertThat(faas.send(request(0, "other")).code()).isEqualTo("idempotency_key_reused");
        assertThat(faas.submit("pay", "without a key").status()).isEqualTo(202);
    }

    @Test
    void givenNoRoomForAnotherKey_whenAnOlderKeyExpires_thenTheRequestIsAccepted() throws Exception {
        var ids = fill();
        var refused = request(ids.size(), "x");
        assertThat(faas.send(refused).status()).isEqualTo(503);
        var bus = faas.administrator();
        try {
            bus.jetStreamManagement()
                    .purgeStream(
                            "KV_IDEMPOTENCY", PurgeOptions.builder().sequence(2).build());
        } finally {
            bus.close();
        }

        var answer = faas.send(refused);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(new HashSet<>(ids)).doesNotContain(answer.field("activationId"));
        assertThat(faas.send(refused).field("activationId")).isEqualTo(answer.field("activationId"));
    }
}
