package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.FunctionRevision;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PausedFunctionTest {
    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
    }

    private static void pause(FunctionRevision function, boolean refuses, Instant since) {
        faas.publish(function.with(FunctionPauses.NONE.paused("", refuses, since, Duration.ofDays(1))));
    }

    private static GatewayAnswer submit(String name) throws Exception {
        return faas.submit(name, "text/plain", "x".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void givenAPausedFunction_whenItRefusesSubmits_thenAReplayIsRefusedToo_andElseTheyWait() throws Exception {
        var function = faas.function("gate");
        var id = submit("gate").field("activationId");
        var replay = faas.as(faas.alice, "/v1/activations/" + id + "/replay").POST(BodyPublishers.noBody());
        pause(function, false, Instant.now());
        assertThat(submit("gate").status()).isEqualTo(202);

        pause(function, true, Instant.now());

        var refused = submit("gate");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("function_paused");
        assertThat(faas.send(replay).code()).isEqualTo("function_paused");
        faas.publish(function);
        assertThat(submit("gate").status()).isEqualTo(202);
    }

    @Test
    void givenAnActivationOfAPausedFunction_whenExplained_thenItsTimeInTheQueueStandsStill() throws Exception {
        var function = faas.function("still");
        var id = submit("still").field("activationId");
        var explain = "/v1/activations/" + id + "/explain";
        var before = Instant.parse(faas.get(explain).field("expiresAt"));
        var since = Instant.now().truncatedTo(ChronoUnit.MILLIS);

        pause(function, false, since);

        var explained = faas.get(explain);
        assertThat(explained.field("why")).isEqualTo("function_paused");
        assertThat(Instant.parse(explained.field("expiresAt"))).isAfter(before);
        Await.until(
                "it moves on",
                () -> Instant.parse(faas.get(explain).field("expiresAt")).isAfter(before.plusMillis(500)));
    }
}
