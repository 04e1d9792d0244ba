package dev.faas.system.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.system.contract.RawHttp;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Checks that a rejection is the documented problem, comes in time and reveals nothing internal. */
final class Documented {
    /** Names of classes and libraries, NATS subjects, SQL, stack traces, paths, addresses behind the gateway. */
    private static final Pattern INSIDE = Pattern.compile(
            "dev\\.faas|io\\.(vertx|netty|nats)|\\bjava[x]?\\.|com\\.fasterxml|jackson|netty|vert\\.?x|exception|\\.java:"
                    + "|\\bat [a-z]+\\.[a-z.]+\\(|jdbc|postgres|\\bsql\\b|select .+ from|insert into|relation \""
                    + "|\\bnats\\b|jetstream|activations\\.(queue|retry)|events\\.|\\bwake\\.|docker\\.sock"
                    + "|/(tmp|root|home|var|work|usr|opt)/|127\\.0\\.0\\.1|localhost|null pointer",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private Documented() {}

    static void isRefused(Refusal refusal, Scenario scene) throws IOException {
        try (var http = scene.connect(refusal.door())) {
            var answer = http.send(refusal.onTheWire(scene)).answer();
            if (refusal.cutOff()) {
                assertThat(answer).as("an answer").isEmpty();
                return;
            }
            assertThat(answer).as("an answer").isPresent();
            if (refusal.method().equals("HEAD")) {
                assertThat(answer.get().status()).isEqualTo(refusal.status());
                assertThat(answer.get().text()).isEmpty();
                saysNothingOfTheInside(answer.get());
            } else {
                isProblem(answer.get(), refusal.status(), refusal.code());
            }
            refusal.answerHeaders()
                    .forEach((name, value) ->
                            assertThat(answer.get().header(name)).as(name).contains(scene.fillIn(value)));
            if (refusal.fields() != null) {
                assertThat(fields(answer.get())).containsExactlyInAnyOrderElementsOf(refusal.fields());
            }
        }
    }

    static void isProblem(RawHttp.Answer answer, int status, String code) throws IOException {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).contains("application/problem+json");
        assertThat(answer.header("Cache-Control")).contains("no-store");
        assertThat(answer.header("X-Request-Id").orElse("")).matches(REQUEST_ID);
        var problem = Codec.readTree(answer.text().getBytes(StandardCharsets.UTF_8));
        assertThat(problem.path("code").asText()).as(answer.text()).isEqualTo(code);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("type").asText()).isEqualTo("about:blank");
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).isNotBlank();
        assertThat(answer.header("X-Request-Id"))
                .contains(problem.path("requestId").asText());
        if (status == 401) {
            assertThat(answer.header("WWW-Authenticate").orElse("")).startsWith("Bearer realm=");
        }
        if (status == 405) {
            assertThat(answer.header("Allow").orElse("")).contains("OPTIONS");
        }
        saysNothingOfTheInside(answer);
    }

    private static void saysNothingOfTheInside(RawHttp.Answer answer) throws IOException {
        var said = answer.headers() + "\n" + answer.text();
        assertThat(said).doesNotContainPattern(INSIDE);
        // From the kernel, because the host name may not resolve.
        var host = Pattern.quote(
                Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
        assertThat(said).doesNotContainPattern("(?i)\\b" + host + "\\b");
    }

    private static List<String> fields(RawHttp.Answer answer) {
        var fields = new ArrayList<String>();
        for (JsonNode error :
                Codec.readTree(answer.text().getBytes(StandardCharsets.UTF_8)).path("errors")) {
            assertThat(error.path("message").asText()).isNotBlank();
            fields.add(error.path("field").asText());
        }
        return fields;
    }
}
