package dev.faas.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.faas.config.Secret;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What libraries of npm signed: record-vectors.mjs, beside the vectors, says which and how. */
class RecordedVectorsTest {
    @TestFactory
    Stream<DynamicTest> givenWhatALibrarySigned_thenItIsValidHereAndSignedAlike() throws IOException {
        try (var in = RecordedVectorsTest.class.getResourceAsStream("vectors.json")) {
            var vectors = new ObjectMapper().readTree(in);
            assertThat(vectors).hasSize(20);
            return StreamSupport.stream(vectors.spliterator(), false)
                    .map(each -> DynamicTest.dynamicTest(
                            text(each, "library") + " " + text(each, "signature"), () -> check(each)));
        }
    }

    private static void check(JsonNode vector) {
        var body = Requests.bytes(text(vector, "body"));
        var changed = Requests.bytes(text(vector, "body") + " ");
        var signature = text(vector, "signature");
        if (text(vector, "scheme").equals("github")) {
            var sender = HmacSignature.gitHub(List.of(new Secret(text(vector, "secret"))));
            var headers = MultiMap.caseInsensitiveMultiMap().add("X-Hub-Signature-256", signature);

            assertThat(sender.isValid(headers::getAll, body, Instant.now())).isTrue();
            assertThat(sender.isValid(headers::getAll, changed, Instant.now())).isFalse();
        } else {
            var sender = new StandardWebhooks(List.of(WebhookSecret.parse(text(vector, "secret"))));
            var id = text(vector, "id");
            var at = Instant.ofEpochSecond(vector.get("timestamp").longValue());
            var headers = Requests.standard(id, text(vector, "timestamp"), signature);

            assertThat(sender.sign(id, at, body)).isEqualTo(signature);
            assertThat(sender.isValid(headers::getAll, body, at)).isTrue();
            assertThat(sender.isValid(headers::getAll, changed, at)).isFalse();
        }
    }

    private static String text(JsonNode vector, String name) {
        return vector.get(name).asText();
    }
}
