package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.testing.Await;
import dev.faas.testing.TestKey;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From the event stream to the figures. Each test has its own user. */
class StatsTest extends RegistryFixture {
    private String function;

    @BeforeEach
    void createFunction() {
        function = user.create("resize").json().getString("id");
    }

    @Test
    void givenActivationsWhenTheyEndThenEachIsCountedOnceForItsFunctionItsOwnerAndThePlatform() throws Exception {
        var other = user.create("other").json().getString("id");
        long before = platform();
        accepted(function).claimed("run-1").succeeded("ok", 2, 0);
        accepted(function)
                .claimed("run-1")
                .failed(Duration.ZERO)
                .claimed("run-2")
                .succeeded("ok", 2, 0);
        accepted(function);
        accepted(other).claimed("run-1").succeeded("ok", 2, 0);
        Await.eventually(() -> {
            var totals = stats("60").getJsonObject("totals");
            return totals.getInteger("submitted") == 4 && totals.getInteger("succeeded") == 3;
        });

        var ofFunction = stats("60&function=resize");
        assertThat(ofFunction.getJsonObject("totals").getMap())
                .containsEntry("submitted", 3)
                .containsEntry("succeeded", 2)
                .containsEntry("failed", 0)
                .containsEntry("attempts", 3)
                .containsEntry("cpuMs", 6);
        assertThat(ofFunction.getJsonObject("totals").getJsonObject("runMs").getInteger("p50"))
                .isPositive();
        var series = ofFunction.getJsonObject("series");
        assertThat(sum(series.getJsonArray("submitted"))).isEqualTo(3);
        assertThat(sum(series.getJsonArray("succeeded"))).isEqualTo(2);
        assertThat(series.getJsonArray("submitted"))
                .hasSameSizeAs(ofFunction.getJsonArray("time"))
                .hasSize(61);
        assertThat(Instant.parse(ofFunction.getString("completeTo"))).isBeforeOrEqualTo(Instant.now());
        assertThat(stats("60").getJsonObject("totals").getInteger("submitted")).isEqualTo(4);
        assertThat(platform() - before).as("of the platform").isEqualTo(4);
        assertThat(stats("3600").getJsonObject("totals")).isEqualTo(stats("60").getJsonObject("totals"));

        var each = stats("60&by=function&function=resize&function=" + other + "&function=unknown")
                .getJsonObject("functions");
        assertThat(each.fieldNames()).containsExactlyInAnyOrder("resize", other);
        assertThat(stats("60&by=function").getJsonObject("functions").fieldNames())
                .containsExactlyInAnyOrder("resize", "other");
        assertThat(each.getJsonObject("resize").getJsonObject("totals")).isEqualTo(ofFunction.getJsonObject("totals"));
    }

    @Test
    void givenFailuresWhenTheyAreCountedThenTheirReasonsAreToo() throws Exception {
        accepted(function)
                .claimed("run-1")
                .failed(Duration.ZERO)
                .claimed("run-2")
                .failed(Duration.ZERO)
                .claimed("run-3")
                .failed(Duration.ZERO);
        Await.eventually(() -> stats("60").getJsonObject("totals").getInteger("failed") == 1);

        assertThat(sum(stats("60").getJsonObject("reasons").getJsonArray("exit_code")))
                .isEqualTo(1);
    }

    /** A look at the queues is written every 10 s. */
    @Test
    void givenAQueueWhenItIsLookedAtThenItsLengthIsNoted() throws Exception {
        var withQueue = createWithQueue("waits");
        queue.enqueue(new ActivationCommand(Ids.activation(Instant.now()), owner, withQueue))
                .join();

        Await.eventually(() -> stats("60&function=waits")
                .getJsonObject("series")
                .getJsonArray("queuedMax")
                .contains(1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            step=61                                       | 400 | step
            by=function&step=3600&since=2026-01-02T00:00:00Z&until=2026-01-20T00:00:00Z | 400 | 150 points
            step=60&since=2020-01-01T00:00:00Z               | 400 | step
            step=3600&since=2020-01-01T00:00:00Z             | 400 | step
            since=yesterday                                  | 400 | since
            since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z | 400 | since
            function=No                                      | 400 | function
            function=resize&function=other                   | 400 | function
            by=function&scope=platform                       | 400 | scope
            by=owner                                         | 400 | by
            scope=all                                        | 400 | scope
            scope=platform&function=resize                   | 400 | scope
            function=unknown                                 | 404 | function_not_found
            scope=platform                                   | 403 | role
            """)
    void aRequestThatCannotBeAnsweredIsRefusedByName(String query, int status, String named) {
        var refused = user.get("/v1/stats?" + query);

        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.text()).contains(named);
    }

    private static long platform() throws Exception {
        try (var admin = new Client(
                registry.port(),
                registry.tokens.token(TestKey.claims(Instant.now().plusSeconds(600))))) {
            return admin.get("/v1/stats?scope=platform")
                    .json()
                    .getJsonObject("totals")
                    .getInteger("submitted");
        }
    }

    private JsonObject stats(String query) {
        return user.get("/v1/stats?step=" + query).json();
    }

    private Story accepted(String id) {
        return Story.accepted(registry.bus, Story.activation(owner, id, "resize", Instant.now(), Map.of()), "argument");
    }

    private static long sum(JsonArray column) {
        return column.stream().mapToLong(value -> ((Number) value).longValue()).sum();
    }
}
