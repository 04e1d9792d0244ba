package dev.faas.webhook;

import static dev.faas.webhook.Requests.BODY;
import static dev.faas.webhook.Requests.ID;
import static dev.faas.webhook.Requests.SECRET;
import static dev.faas.webhook.Requests.SENT_AT;
import static dev.faas.webhook.Requests.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StandardWebhooksTest {
    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private final StandardWebhooks webhooks = of(SECRET);

    @Test
    void givenTheSpecificationsExample_whenSigned_thenTheSignatureIsThatOfTheSpecification() {
        assertThat(webhooks.sign(ID, SENT_AT, bytes(BODY))).isEqualTo(SIGNATURE);
    }

    @Test
    void givenARotation_whenSigned_thenBothSecretsSignNewOneFirst() throws Exception {
        var fresh = WebhookSecret.create();
        var old = WebhookSecret.parse(SECRET);
        var now = Instant.now();

        var signature = new StandardWebhooks(List.of(fresh, old)).sign(ID, now, bytes(BODY));

        assertThat(signature.split(" "))
                .containsExactly(
                        new StandardWebhooks(List.of(fresh)).sign(ID, now, bytes(BODY)),
                        new StandardWebhooks(List.of(old)).sign(ID, now, bytes(BODY)));
        for (var receiver : List.of(fresh, old)) {
            new Webhook(receiver.text()).verify(BODY, libraryHeaders(now, signature));
        }
    }

    @Test
    void givenTheJavaLibraryOfReceivers_whenARequestIsSignedHere_thenItIsAcceptedThereUnlessItWasChanged()
            throws Exception {
        var secret = WebhookSecret.create();
        var now = Instant.now();
        var signature = new StandardWebhooks(List.of(secret)).sign(ID, now, bytes(BODY));
        var receiver = new Webhook(secret.text());

        receiver.verify(BODY, libraryHeaders(now, signature));

        assertThatThrownBy(() -> receiver.verify(BODY + " ", libraryHeaders(now, signature)))
                .isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> receiver.verify(BODY, libraryHeaders(now.plusSeconds(1), signature)))
                .isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void givenTheJavaLibraryOfSenders_whenItSigns_thenTheRequestIsValidHere() throws Exception {
        var body = "{\"text\":\"äöü € \\u0000\"}";
        var signature = new Webhook(SECRET).sign(ID, SENT_AT.getEpochSecond(), body);

        assertThat(webhooks.isValid(Requests.standard(signature)::getAll, bytes(body), SENT_AT))
                .isTrue();
    }

    @Test
    void givenABodyThatIsNotText_whenVerified_thenItsRawBytesCount() {
        var body = new byte[] {(byte) 0xff, 0, (byte) 0xfe, '\r', '\n'};
        var other = new byte[] {(byte) 0xfe, 0, (byte) 0xff, '\r', '\n'}; // the same text once both are decoded
        var headers = Requests.standard(webhooks.sign(ID, SENT_AT, body));

        assertThat(webhooks.isValid(headers::getAll, body, SENT_AT)).isTrue();
        assertThat(webhooks.isValid(headers::getAll, other, SENT_AT)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"-301, false", "-300, true", "0, true", "300, true", "301, false"})
    void givenATimestamp_whenItDiffersFromTheClock_thenFiveMinutesAreTolerated(int seconds, boolean valid) {
        var headers = Requests.standard(SIGNATURE);

        assertThat(webhooks.isValid(headers::getAll, bytes(BODY), SENT_AT.plusSeconds(seconds)))
                .isEqualTo(valid);
    }

    /** {@code V} stands for the valid signature. */
    @ParameterizedTest
    @CsvSource({
        "V, true",
        "v1a;xxxx V, true",
        "v1;AAAA V, true",
        "v1;%% V, true",
        "V V, true",
        "V v1;AAAA, true",
        "'', false",
        "v1, false",
        "'v1;', false",
        "v1;AAAA, false",
        "'V;', false",
        "xV, false",
        "'V\t', false",
    })
    void givenSeveralSignatures_whenVerified_thenAValidOneOfVersion1IsEnough(String list, boolean valid) {
        var headers = Requests.standard(list.replace(';', ',').replace("V", SIGNATURE));

        assertThat(webhooks.isValid(headers::getAll, bytes(BODY), SENT_AT)).isEqualTo(valid);
    }

    @Test
    void givenAValidRequest_whenAnyPartOfItIsChanged_thenItIsInvalid() {
        var time = Long.toString(SENT_AT.getEpochSecond());
        var changed = Stream.of(
                Requests.standard("msg_other", time, SIGNATURE),
                Requests.standard("", time, SIGNATURE),
                Requests.standard(ID, "1614265331", SIGNATURE),
                Requests.standard(ID, "1614265330.0", SIGNATURE),
                Requests.standard(ID, "+1614265330", SIGNATURE),
                Requests.standard(ID, "٠", SIGNATURE),
                Requests.standard(ID, "", SIGNATURE),
                Requests.standard(ID, "99999999999999999999", SIGNATURE),
                Requests.standard(SIGNATURE).remove("webhook-id"),
                Requests.standard(SIGNATURE).remove("webhook-timestamp"),
                Requests.standard(SIGNATURE).remove("webhook-signature"),
                // Twice: another reader could take the other one.
                Requests.standard(SIGNATURE).add("webhook-id", "msg_other"),
                Requests.standard(SIGNATURE).add("webhook-timestamp", time),
                Requests.standard(SIGNATURE).add("webhook-signature", SIGNATURE));

        assertThat(changed).noneMatch(headers -> webhooks.isValid(headers::getAll, bytes(BODY), SENT_AT));
        assertThat(webhooks.isValid(Requests.standard(SIGNATURE)::getAll, bytes(BODY + "\n"), SENT_AT))
                .isFalse();
        assertThat(of(WebhookSecret.create().text())
                        .isValid(Requests.standard(SIGNATURE)::getAll, bytes(BODY), SENT_AT))
                .isFalse();
    }

    @Test
    void givenSeveralSecrets_whenVerified_thenAnyOfThemIsEnough() {
        var other = WebhookSecret.create().text();

        assertThat(Stream.of(of(other, SECRET), of(SECRET, other)))
                .allMatch(several -> several.isValid(Requests.standard(SIGNATURE)::getAll, bytes(BODY), SENT_AT));
    }

    @Test
    void givenANewSecret_whenWritten_thenItIs32BytesOfItsOwnAndHiddenInLogs() {
        var secret = WebhookSecret.create();

        assertThat(secret.text()).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(WebhookSecret.parse(secret.text())).isEqualTo(secret).isNotEqualTo(WebhookSecret.create());
        assertThat(new StandardWebhooks(List.of(secret)).toString()).doesNotContain(secret.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "whsec_",
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!w",
                "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void givenATextOfAnotherForm_whenReadAsASecret_thenTheMessageSaysTheRule(String text) {
        assertThatThrownBy(() -> WebhookSecret.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("be whsec_ and 24 to 64 bytes in base64");
    }

    private static StandardWebhooks of(String... secrets) {
        return new StandardWebhooks(Stream.of(secrets).map(WebhookSecret::parse).toList());
    }

    private static Map<String, List<String>> libraryHeaders(Instant at, String signature) {
        return Map.of(
                StandardWebhooks.ID,
                List.of(ID),
                StandardWebhooks.TIMESTAMP,
                List.of(Long.toString(at.getEpochSecond())),
                StandardWebhooks.SIGNATURE,
                List.of(signature));
    }
}
