package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.quota.OwnerQuotas;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Subjects;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an admin gives one owner holds at a gateway that runs. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class OwnerQuotasTest {
    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
    }

    private static void give(String owner, String quota) {
        Await.await(faas.bus.kv(Subjects.USAGE).put(OwnerQuotas.key(owner), quota.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void givenARateOfOneOwner_whenMoreIsSent_thenItIsRefusedWithHeaders_andOthersAreNot() throws Exception {
        faas.registry.answers(request -> request.response().end("{}"));
        assertThat(faas.get("/v1/functions").header("RateLimit")).isEmpty();
        give(faas.alice, "{\"requestsPerSecond\": 1}");

        Await.until("limited", () -> faas.get("/v1/functions").status() == 429);

        var refused = faas.get("/v1/activations/06b7gd98g07rk4q3v8x2m5n9tb");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 2);
        assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"project\";q=2;w=2");
        assertThat(refused.header("RateLimit")).startsWith("\"project\";r=0;t=");
        assertThat(faas.send(faas.as(faas.bob, "/v1/functions")).status()).isEqualTo(200);
        give(faas.alice, "{}");
        Await.until("free", () -> faas.get("/v1/functions").status() == 200);
        give(faas.alice, "{\"requestsPerSecond\": 1000}");
        Await.until(
                "answers say so",
                () -> faas.get("/v1/functions").header("RateLimit-Policy").equals("\"project\";q=2000;w=2"));
    }

    @Test
    void givenAQuotaOfOneOwner_whenQueuedActivationsReachIt_thenOnlyThatOwnerIsRefused() throws Exception {
        for (var owner : new String[] {faas.alice, faas.bob}) {
            Await.await(faas.queue.ensureConsumer(faas.function(owner, FunctionSpec.of("called", "x"))));
        }
        give(faas.alice, "{\"queued\": 2}");

        Await.until("refused", () -> faas.submit("called", "x").status() == 429);
        assertThat(faas.submit("called", "x").code()).isEqualTo("quota_exceeded");
        var others =
                faas.send(faas.as(faas.bob, "/v1/functions/called/activations").POST(BodyPublishers.noBody()));
        assertThat(others.status()).isEqualTo(202);

        give(faas.alice, "{}");
        Await.until("accepted", () -> faas.submit("called", "x").status() == 202);
    }
}
