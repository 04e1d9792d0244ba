package dev.faas.webhook;

import static dev.faas.webhook.Requests.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.Secret;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HmacSignatureTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_531_420_618);
    private static final String GITHUB_SECRET = "It's a Secret to Everybody";
    private static final String GITHUB_SIGNATURE =
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    /** The example in Slack's documentation. */
    private static final String SLACK_BODY = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
            + "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
            + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J"
            + "%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
            + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    private static final String SLACK_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    private static final HmacSignature SLACK = new HmacSignature(
            new HmacSignature.Form("X-Slack-Signature", HmacAlgorithm.SHA256, SignatureEncoding.HEX, "v0="),
            new SignedText("v0:{timestamp}:{body}"),
            Optional.of("X-Slack-Request-Timestamp"),
            List.of(new Secret("8f742231b10e8888abcd99yyyzzz85a5")));

    /** The example in GitHub's documentation. */
    @ParameterizedTest
    @CsvSource({
        "S, true",
        "sha256=757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17, true",
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e16, false",
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17, false",
        "sha256=757107ea0eb2509fc211221cce984b8a, false",
        "sha512=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17, false",
        "sha256=, false",
        "sha256=%%, false",
        "sha1=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17, false",
        "'', false",
    })
    void givenGitHub_whenVerified_thenOnlyTheHmacOfTheBodyIsValid(String signature, boolean valid) {
        var headers = header("X-Hub-Signature-256", signature.replace("S", GITHUB_SIGNATURE));

        assertThat(gitHub(GITHUB_SECRET).isValid(headers::getAll, bytes("Hello, World!"), NOW))
                .isEqualTo(valid);
    }

    @Test
    void givenGitHub_whenThereAreSeveralSecrets_thenAnyIsEnoughAndTheHeaderMustComeOnce() {
        var headers = header("X-Hub-Signature-256", GITHUB_SIGNATURE);
        var body = bytes("Hello, World!");

        assertThat(gitHub("new", GITHUB_SECRET).isValid(headers::getAll, body, NOW))
                .isTrue();
        assertThat(gitHub(GITHUB_SECRET, "old").isValid(headers::getAll, body, NOW))
                .isTrue();
        assertThat(gitHub("new").isValid(headers::getAll, body, NOW)).isFalse();
        assertThat(gitHub(GITHUB_SECRET).isValid(header("other", "x")::getAll, body, NOW))
                .isFalse();
        headers.add("X-Hub-Signature-256", GITHUB_SIGNATURE);
        assertThat(gitHub(GITHUB_SECRET).isValid(headers::getAll, body, NOW)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1531420618, 0, true",
        "1531420618, 301, false",
        "1531420618, -301, false",
        "1531420619, 0, false",
        "x, 0, false"
    })
    void givenATemplateWithTheTime_whenVerified_thenTheTimeIsSignedAndRecent(
            String timestamp, int late, boolean valid) {
        var headers = header("X-Slack-Signature", SLACK_SIGNATURE).add("X-Slack-Request-Timestamp", timestamp);

        assertThat(SLACK.isValid(headers::getAll, bytes(SLACK_BODY), NOW.plusSeconds(late)))
                .isEqualTo(valid);
    }

    /** Expected values by {@code printf '{"n":1}' | openssl dgst -sha512 -hmac key -binary | base64}. */
    @ParameterizedTest
    @CsvSource({
        "SHA256, HEX,    '',  {body},       105f53bf3b432ed2e10c1a2f4f0cdc165d1ecdcf1412664224a905f19651c2b2",
        "SHA256, BASE64, '',  {body},       EF9TvztDLtLhDBovTwzcFl0ezc8UEmZCJKkF8ZZRwrI=",
        "SHA256, BASE64, '',  {body},       EF9TvztDLtLhDBovTwzcFl0ezc8UEmZCJKkF8ZZRwrI",
        "SHA512, HEX,    'h ', {body},      h 7188398e165dabcee1285681e58f8b10879fe425273a073d0a621a58be32b570c770955eec8a494b09172a88171e61af704eba4b03988bf70ab9c105465859c9",
        "SHA512, BASE64, b=,  {body},       b=cYg5jhZdq87hKFaB5Y+LEIef5CUnOgc9CmIaWL4ytXDHcJVe7IpJSwkXKogXHmGvcE66SwOYi/cKucEFRlhZyQ==",
        "SHA256, HEX,    '',  {body}.after, bf2e79d3cdd856227c819463cc53b597a5ac5be8ff37fadb2c6bfca71d2c5790",
    })
    void givenAFormOfItsOwn_whenVerified_thenAlgorithmEncodingPrefixAndTemplateCount(
            HmacAlgorithm algorithm, SignatureEncoding encoding, String prefix, String signed, String signature) {
        var rule = new HmacSignature(
                new HmacSignature.Form("X-Sign", algorithm, encoding, prefix),
                new SignedText(signed),
                Optional.empty(),
                List.of(new Secret("key")));

        assertThat(rule.isValid(header("x-sign", signature)::getAll, bytes("{\"n\":1}"), NOW))
                .isTrue();
        assertThat(rule.isValid(header("x-sign", signature)::getAll, bytes("{\"n\":2}"), NOW))
                .isFalse();
        assertThat(rule.isValid(header("x-sign", "x" + signature)::getAll, bytes("{\"n\":1}"), NOW))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{timestamp}", "{body}{body}", "{body}{id}", "{body", "{{body}}", "}{body}"})
    void givenATemplateOfAnotherForm_whenRead_thenTheMessageSaysTheRule(String template) {
        assertThatThrownBy(() -> new SignedText(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("have {body} once");
    }

    @Test
    void givenAnIncompleteRule_whenMade_thenTheMessageNamesThePart() {
        var form = SLACK.form();
        var secrets = SLACK.secrets();

        assertThatThrownBy(() -> new HmacSignature(form, SLACK.signed(), Optional.empty(), secrets))
                .hasMessageStartingWith("timestampHeader");
        assertThatThrownBy(() -> new HmacSignature(form, SignedText.BODY_ALONE, SLACK.timestampHeader(), secrets))
                .hasMessageStartingWith("timestampHeader");
        assertThatThrownBy(() -> gitHub()).hasMessageStartingWith("secrets");
        assertThatThrownBy(() -> gitHub("")).hasMessageStartingWith("secrets");
    }

    private static HmacSignature gitHub(String... secrets) {
        return HmacSignature.gitHub(List.of(secrets).stream().map(Secret::new).toList());
    }

    private static MultiMap header(String name, String value) {
        return MultiMap.caseInsensitiveMultiMap().add(name, value);
    }
}
