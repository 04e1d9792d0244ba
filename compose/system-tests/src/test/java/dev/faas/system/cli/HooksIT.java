package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests hooks as their senders see them: signed by programs that are not of this project, run by the whole platform. */
class HooksIT extends PlatformOfProcesses {
    /** $1: the delivery's id, $2: the key. */
    private static final String GITHUB = """
            BODY='{"after": "4711", "text": "ü"}'
            SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$2" -r | cut -d' ' -f1)
            curl -sS "$(cat url)" -H "X-Hub-Signature-256: sha256=$SIGNATURE" -H "X-GitHub-Delivery: $1" \\
                -H 'Content-Type: application/json' -d "$BODY"
            """;

    private static final String STANDARD = """
            node -e '
            const [id, key] = process.argv.slice(1), time = String(Math.floor(Date.now() / 1000));
            const body = JSON.stringify({after: "4711", text: "ü"});
            const secret = Buffer.from(key.replace("whsec_", ""), "base64");
            const signature = require("crypto").createHmac("sha256", secret).update(`${id}.${time}.${body}`).digest("base64");
            fetch(require("fs").readFileSync("url", "utf8").trim(), {method: "POST", body, headers: {"webhook-id": id,
                "webhook-timestamp": time, "webhook-signature": `v1,${signature}`, "content-type": "application/json"}})
                .then(answer => answer.text()).then(console.log);
            ' "$1" "$2"
            """;

    HooksIT() {
        super("echo \"$1 $FAAS_TRIGGER\"", Map.of());
    }

    @ParameterizedTest
    @CsvSource({"github, s3cret", "standard, whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    void givenASender_whenItsSignatureIsValid_thenADeliveryRunsOnce_andElseItIsRefused(String scheme, String key)
            throws Exception {
        create(scheme, key);

        var id = send(scheme, "delivery-1", key).path("activationId").asText();
        assertThat(client.run("act", "wait", id).exit()).isZero();
        assertThat(client.run("act", "result", id).orThrow()).isEqualTo("4711 hook\n");
        assertThat(send(scheme, "delivery-1", key).path("activationId").asText())
                .as("the same delivery")
                .isEqualTo(id);
        assertThat(send(scheme, "delivery-2", key).path("activationId").asText())
                .as("another one")
                .isNotEqualTo(id);
        assertThat(send(scheme, "delivery-3", "whsec_AAAA").path("code").asText())
                .isEqualTo("invalid_signature");

        client.awaitEachRanOnce(2);
        Await.until(
                "the refusal is listed",
                () -> client.run("hook", "requests", "push").orThrow().contains("invalid_signature"));
    }

    @Test
    void givenAnAddress_whenItIsRotatedWithoutOverlap_thenTheOldOneIsNone() throws Exception {
        create("github", "s3cret");

        client.shell("faas hook rotate push --overlap 0 > next").orThrow();

        assertThat(send("github", "delivery-1", "s3cret").path("code").asText()).isEqualTo("hook_not_found");
        client.shell("mv next url").orThrow();
        assertThat(send("github", "delivery-1", "s3cret").path("activationId").asText())
                .isNotEmpty();
    }

    private void create(String scheme, String key) throws Exception {
        client.shell("printf %s '" + key + "' > key && faas hook create push --function report --signature " + scheme
                        + " --secret-file key --body pointer --pointer /after > url")
                .orThrow();
    }

    private JsonNode send(String scheme, String delivery, String key) throws Exception {
        var sender = scheme.equals("github") ? GITHUB : STANDARD;
        var answer =
                client.shell("set -- " + delivery + " " + key + "; " + sender).orThrow();
        return Codec.readTree(answer.getBytes(StandardCharsets.UTF_8));
    }
}
