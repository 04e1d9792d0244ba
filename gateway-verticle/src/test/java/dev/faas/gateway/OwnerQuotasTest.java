package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.quota.OwnerQuotas;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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
        // Account calls count, too, if they have a login.
        faas.auth.answers(request -> request.response().end("{}"));
        Await.until("limited", () -> faas.get("/v1/auth/me").status() == 429);
        assertThat(faas.send(faas.request("/v1/auth/me")).status()).isEqualTo(200);
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

    @Test
    void givenAnOwnerOverItsShareOfTheEventStream_whenSubmitted_thenOnlyThatOwnerIsRefused() throws Exception {
        faas.function("shared");
        faas.function(faas.bob, FunctionSpec.of("shared", "x"));
        var usage = faas.bus.kv(Subjects.USAGE);
        Await.await(usage.put(OwnerQuotas.OVER_SHARE, OwnerQuotas.overShare(List.of(faas.alice))));

        Await.until("refused", () -> faas.submit("shared", "x").status() == 429);

        var refused = faas.submit("shared", "x");
        assertThat(refused.code()).isEqualTo("queue_full");
        assertThat(refused.field("detail")).contains("fair share");
        assertThat(refused.header("Retry-After")).isEqualTo("10");
        var others =
                faas.send(faas.as(faas.bob, "/v1/functions/shared/activations").POST(BodyPublishers.noBody()));
        assertThat(others.status()).isEqualTo(202);
        Await.await(usage.put(OwnerQuotas.OVER_SHARE, OwnerQuotas.overShare(List.of())));
        Await.until("accepted", () -> faas.submit("shared", "x").status() == 202);
    }

    @Test
    void givenAnOwnerWhoseActivationsTakeMoreThanTheLimit_whenSubmitted_thenOnlyThatOwnerIsRefused() throws Exception {
        faas.function("stored");
        faas.function(faas.bob, FunctionSpec.of("stored", "x"));
        give(faas.alice, "{\"storedMb\": 7, \"" + OwnerQuotas.OVER_STORED + "\": true}");

        Await.until("refused", () -> faas.submit("stored", "x").status() == 429);

        var refused = faas.submit("stored", "x");
        assertThat(refused.code()).isEqualTo("quota_exceeded");
        assertThat(refused.field("detail")).contains("7 MiB", "Nothing was accepted");
        assertThat(refused.header("Retry-After")).isEqualTo("60");
        var others =
                faas.send(faas.as(faas.bob, "/v1/functions/stored/activations").POST(BodyPublishers.noBody()));
        assertThat(others.status()).isEqualTo(202);
        give(faas.alice, "{\"storedMb\": 7}");
        Await.until("accepted", () -> faas.submit("stored", "x").status() == 202);
    }

    @Test
    void givenAnOwnerWhoUsedAllIdempotencyKeysOfADay_whenSubmitted_thenOnlyNewKeysAreRefused() throws Exception {
        faas.function("keyed");
        give(faas.alice, "{\"idempotencyKeysPerDay\": 2}");
        var first = keyed("first");
        assertThat(first.status()).isEqualTo(202);
        var fresh = new AtomicInteger();

        Await.until("refused", () -> keyed("next-" + fresh.incrementAndGet()).status() == 429);

        var refused = keyed("another");
        assertThat(refused.code()).isEqualTo("quota_exceeded");
        // The rest of the day.
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(86_000, 86_400);
        assertThat(keyed("first").text()).isEqualTo(first.text());
        assertThat(faas.submit("keyed", "x").status()).isEqualTo(202);
        give(faas.alice, "{}");
        Await.until("accepted", () -> keyed("another").status() == 202);
    }

    @Test
    void givenFewIdempotencyKeysLeft_whenManyAreUsedAtOnce_thenNoMorePass() throws Exception {
        faas.function("keyed");
        give(faas.alice, "{\"idempotencyKeysPerDay\": 1}");
        var fresh = new AtomicInteger();
        Await.until("refused", () -> keyed("first-" + fresh.incrementAndGet()).status() == 429);
        int used = fresh.get() - 1;
        give(faas.alice, "{\"idempotencyKeysPerDay\": " + (used + 5) + "}");
        Await.until("accepted", () -> keyed("again-" + fresh.incrementAndGet()).status() == 202);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, 20)
                    .mapToObj(i -> threads.submit(() -> keyed("parallel-" + i).status()))
                    .toList();
            int accepted = 0;
            for (var answer : answers) {
                accepted += answer.get() == 202 ? 1 : 0;
            }
            assertThat(accepted).isLessThanOrEqualTo(4);
        }
    }

    private static GatewayAnswer keyed(String key) throws IOException, InterruptedException {
        return faas.send(faas.submission("keyed", "text/plain", BodyPublishers.ofString("x"))
                .header("Idempotency-Key", key));
    }
}
