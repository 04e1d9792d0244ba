package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway that has not heard for long which logins and keys have ended lets nobody in. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class StaleAccessTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final List<String> CALLS =
            List.of("/v1/activations", "/v1/functions", "/v1/auth/me", "/openapi.yaml", "/nothing");

    @AutoClose
    private RunningGateway faas;

    private GatewayVerticle gateway;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        gateway = faas.withAccessStale(LIMIT);
        faas.registry.answers(request -> request.response().end("{}"));
    }

    @Test
    void withoutNatsAllButHealthIsRefusedAfterTheLimit_untilNatsIsBack() throws Exception {
        faas.server.kill();
        Await.until("NATS is missed", () -> status("/readyz") == 503);
        // The registry answers these by itself.
        assertThat(status("/v1/activations")).isEqualTo(200);

        Await.until("stale", () -> status("/v1/activations") == 503);

        for (var path : CALLS) {
            var answer = faas.sendTo(gateway, faas.as(faas.alice, path));
            assertThat(answer.status()).as(path).isEqualTo(503);
            assertThat(answer.code()).isEqualTo("unavailable");
            assertThat(answer.field("dependency")).isEqualTo("nats");
        }
        assertThat(status("/healthz")).isEqualTo(200);
        faas.server.restart();
        Await.until("works again", () -> status("/v1/activations") == 200);
        Await.until("ready again", () -> status("/readyz") == 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {Subjects.KEYS, Subjects.REVOKED, Subjects.APIKEYS})
    void oneLostWatchIsEnough_andOpenStreamsEnd(String bucket) throws Exception {
        faas.function("story");
        var id = faas.accepted("story", "x");
        try (var events = Events.open(faas.to(gateway, faas.as(faas.alice, "/v1/activations/" + id + "/events")))) {
            assertThat(events.require().field("status")).isEqualTo("queued");

            faas.removeStream("KV_" + bucket);

            Await.until("stale", () -> status("/v1/activations") == 503);
            Await.until("not ready", () -> status("/readyz") == 503);
            Await.until("no open response", () -> gateway.countOpenResponses() == 0);
        }
    }

    @Test
    void theLimitIsNotReachedWhileNatsAnswers() {
        Await.until("two seconds more than the limit", () -> {
            assertThat(status("/v1/activations")).isEqualTo(200);
            return System.nanoTime() - startedAt > LIMIT.plusSeconds(2).toNanos();
        });
    }

    private final long startedAt = System.nanoTime();

    private int status(String path) throws IOException, InterruptedException {
        return faas.sendTo(gateway, faas.as(faas.alice, path)).status();
    }
}
