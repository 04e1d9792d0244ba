package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.nats.BusException;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Subjects;
import io.nats.client.PurgeOptions;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fills the bucket of Idempotency-Keys. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class IdempotencyRoomTest {
    private static final int ROOM_BYTES = 40_000;
    /** About as large as that of a key. */
    private static final byte[] ENTRY = new byte[150];

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

    /** The ids of some accepted activations, by key; then others use the rest of the bucket. */
    private List<String> fill() throws Exception {
        var ids = submit(5);
        fillTo(1);
        return ids;
    }

    private List<String> submit(int keys) throws IOException, InterruptedException {
        var ids = new ArrayList<String>();
        for (int key = 0; key < keys; key++) {
            var answer = faas.send(request(key, "x"));
            assertThat(answer.status()).as(answer.text()).isEqualTo(202);
            ids.add(answer.field("activationId"));
        }
        return ids;
    }

    /** As other gateways would. */
    private void fillTo(double ratio) throws Exception {
        try (var other = faas.connectAsGateway()) {
            var bucket = other.kv(Subjects.IDEMPOTENCY);
            for (int i = 0; bucket.state().join().fillRatio() < ratio; i++) {
                bucket.put("other" + i, ENTRY).join();
            }
        } catch (CompletionException full) {
            assertThat(full).hasCauseInstanceOf(BusException.StreamFull.class);
        }
    }

    private long queued() {
        return Await.await(faas.queue.stats(function.id())).orElseThrow().queued();
    }

    @Test
    void givenNoRoomForAnotherKey_whenSubmitted_thenNothingIsAccepted() throws Exception {
        var ids = fill();

        var refused = faas.send(request(ids.size(), "x"));

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

    @Test
    void givenABucketMoreThanHalfFull_whenOneUserHasMoreThanAShare_thenOnlyNewKeysOfThatUserAreRefused()
            throws Exception {
        faas.function(faas.bob, FunctionSpec.of("pay", "x"));
        var ids = submit(60);
        fillTo(0.6);
        var fresh = new AtomicInteger(ids.size());

        Await.until(
                "refused",
                () -> faas.send(request(fresh.incrementAndGet(), "x")).status() == 429);

        var refused = faas.send(request(fresh.incrementAndGet(), "x"));
        assertThat(refused.code()).isEqualTo("quota_exceeded");
        assertThat(refused.field("detail")).contains("fair share", "Nothing was accepted");
        assertThat(faas.send(request(0, "x")).field("activationId")).isEqualTo(ids.getFirst());
        assertThat(faas.submit("pay", "without a key").status()).isEqualTo(202);
        var others = faas.send(faas.as(faas.bob, "/v1/functions/pay/activations")
                .header("Idempotency-Key", "order-1")
                .POST(BodyPublishers.noBody()));
        assertThat(others.status()).as(others.text()).isEqualTo(202);
    }
}
