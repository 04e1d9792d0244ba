package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.Activation.Trigger;
import dev.faas.config.Secret;
import dev.faas.hook.BodyMapping;
import dev.faas.hook.BodyMapping.As;
import dev.faas.hook.HookSignature;
import dev.faas.hook.HookSignature.Form;
import dev.faas.hook.HookSignature.Scheme;
import dev.faas.hook.HookSpec.Limits;
import dev.faas.hook.PublishedHook.PathSecret;
import dev.faas.hook.RefusedRequests;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.webhook.HmacAlgorithm;
import dev.faas.webhook.SignatureEncoding;
import dev.faas.webhook.StandardWebhooks;
import dev.faas.webhook.WebhookSecret;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.Ids;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Requests of senders to the addresses of hooks. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class HooksTest extends HookFixture {
    /** Of GitHub's documentation. */
    private static final String GITHUB_SECRET = "It's a Secret to Everybody";

    private static final String GITHUB_SIGNATURE =
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    private static final String WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static HookSignature signature(Scheme scheme) {
        return new HookSignature(scheme, null);
    }

    private static String code(GatewayAnswer answer) {
        return answer.field("code");
    }

    @Test
    void givenAHook_whenSentTo_thenTheBodyIsTheArgumentOfAnActivationOfItsOwner() throws Exception {
        var address = hook(Records.with(
                reading("headers", List.of("X-GitHub-Event", "X-Missing")), "tags", Map.of("from", "forge")));

        var answer = send(address, "{\"a\": 1}", "X-GitHub-Event", "push", "X-GitHub-Delivery", "d-1");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.field("status")).isEqualTo("queued");
        var activation = accepted(answer);
        assertThat(activation.owner()).isEqualTo(faas.alice);
        assertThat(activation.function().id()).isEqualTo(function.id());
        assertThat(activation.tags()).isEqualTo(Map.of("from", "forge", "X-GitHub-Event", "push"));
        assertThat(activation.trigger()).isEqualTo(new Trigger(Trigger.HOOK, idOf(address), "d-1"));
        assertThat(runSpec(answer).argument()).isEqualTo("{\"a\": 1}");
        assertThat(runSpec(answer).variables()).isEqualTo(Map.of("FAAS_HOOK_X_GITHUB_EVENT", "push"));
    }

    /** The answers differ in the request's id only. */
    @Test
    void givenAWrongSecretOrHook_whenSentTo_thenTheAnswersAreTheSame() throws Exception {
        var address = hook(PLAIN);
        var paused = hook(PLAIN, true, List.of(new PathSecret(Sha256.hex(SECRET), null)));
        var answers = new ArrayList<String>();

        for (var wrong : List.of(
                address.replace(SECRET, "00".repeat(20)),
                address + "0",
                paused.replace(SECRET, "x"),
                "/hooks/" + Ids.hook(Instant.now()) + "/" + SECRET,
                "/hooks/x/" + SECRET)) {
            var answer = send(wrong, "x", "X-Request-Id", "same");
            assertThat(answer.status()).isEqualTo(404);
            assertThat(code(answer)).isEqualTo("hook_not_found");
            assertThat(answer.text()).doesNotContain(SECRET);
            answers.add(answer.text());
        }

        assertThat(answers).containsOnly(answers.getFirst());
    }

    @Test
    void givenARotation_whenTheOldAddressIsOver_thenItIsNotFound() throws Exception {
        var other = new PathSecret(Sha256.hex("other"), null);
        var soon = Instant.now().plusSeconds(60);
        var valid = hook(PLAIN, false, List.of(other, new PathSecret(Sha256.hex(SECRET), soon)));
        var over = hook(
                PLAIN,
                false,
                List.of(other, new PathSecret(Sha256.hex(SECRET), Instant.now().minusSeconds(1))));

        assertThat(send(valid, "x").status()).isEqualTo(202);
        assertThat(send(valid.replace(SECRET, "other"), "x").status()).isEqualTo(202);
        assertThat(send(over, "x").status()).isEqualTo(404);
    }

    @Test
    void givenGitHubsExample_whenSent_thenOnlyItsSignatureIsAccepted() throws Exception {
        var address = hook(with("signature", signature(Scheme.GITHUB)), "another secret", GITHUB_SECRET);

        assertThat(send(address, "Hello, World!", "X-Hub-Signature-256", GITHUB_SIGNATURE)
                        .status())
                .isEqualTo(202);
        for (var wrong : List.of(
                send(address, "Hello, World", "X-Hub-Signature-256", GITHUB_SIGNATURE),
                send(address, "Hello, World!"),
                send(address, "Hello, World!", "X-Hub-Signature-256", GITHUB_SIGNATURE.replace("757", "757107ea")))) {
            assertThat(wrong.status()).isEqualTo(401);
            assertThat(code(wrong)).isEqualTo("invalid_signature");
            assertThat(wrong.header("WWW-Authenticate")).isEqualTo("Signature");
        }
    }

    /** The example of the specification, whose time is long over, and one that is signed now. */
    @Test
    void givenStandardWebhooks_whenSent_thenOnlyARecentOneIsAccepted() throws Exception {
        var address = hook(with("signature", signature(Scheme.STANDARD)), WHSEC);
        var body = "{\"test\": 2432232314}";

        var old = send(
                address,
                body,
                "webhook-id",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "webhook-timestamp",
                "1614265330",
                "webhook-signature",
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assertThat(code(old)).isEqualTo("invalid_signature");
        assertThat(standard(address, "msg_1", Instant.now(), body).status()).isEqualTo(202);
        assertThat(standard(address, "msg_2", Instant.now().minus(Duration.ofMinutes(6)), body)
                        .status())
                .isEqualTo(401);
    }

    private static GatewayAnswer standard(String address, String id, Instant at, String body) throws Exception {
        var signer = new StandardWebhooks(List.of(WebhookSecret.parse(WHSEC)));
        return send(
                address,
                body,
                "webhook-id",
                id,
                "webhook-timestamp",
                Long.toString(at.getEpochSecond()),
                "webhook-signature",
                signer.sign(id, at, body.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void givenAFormOfItsOwn_whenSent_thenTimeAndBodyAreVerified() throws Exception {
        var form = new Form(
                "X-Sig", HmacAlgorithm.SHA512, SignatureEncoding.HEX, "v0=", "v0:{timestamp}:{body}", "X-Time");
        var address = hook(with("signature", new HookSignature(Scheme.HMAC, form)), "s3cret");
        var now = Long.toString(Instant.now().getEpochSecond());
        var old = Long.toString(Instant.now().getEpochSecond() - 301);

        assertThat(send(address, "x", "X-Time", now, "X-Sig", "v0=" + hmac("v0:" + now + ":x"))
                        .status())
                .isEqualTo(202);
        assertThat(send(address, "y", "X-Time", now, "X-Sig", "v0=" + hmac("v0:" + now + ":x"))
                        .status())
                .isEqualTo(401);
        assertThat(send(address, "x", "X-Time", old, "X-Sig", "v0=" + hmac("v0:" + old + ":x"))
                        .status())
                .isEqualTo(401);
    }

    private static String hmac(String text) throws Exception {
        var mac = Mac.getInstance("HmacSHA512");
        mac.init(new SecretKeySpec(new Secret("s3cret").value().getBytes(StandardCharsets.UTF_8), "HmacSHA512"));
        return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void givenSecretsThatTheGatewayCannotOpen_whenSentTo_thenItIsRefusedForNow() throws Exception {
        var address = hook(with("signature", signature(Scheme.GITHUB)));

        var refused = send(address, "x", "X-Hub-Signature-256", GITHUB_SIGNATURE);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isNotEmpty();
    }

    @Test
    void givenAPausedHook_whenSentTo_thenSendersAreToComeAgain() throws Exception {
        var address = hook(PLAIN, true, List.of(new PathSecret(Sha256.hex(SECRET), null)));

        var refused = send(address, "x");

        assertThat(refused.status()).isEqualTo(503);
        assertThat(code(refused)).isEqualTo("hook_paused");
        assertThat(refused.header("Retry-After")).isEqualTo("60");
    }

    @Test
    void givenAPausedFunctionThatRefusesSubmits_whenItsHookIsSentTo_thenSendersAreToComeAgain() throws Exception {
        var address = hook(PLAIN);
        faas.publish(function.with(FunctionPauses.NONE.paused("", true, Instant.now(), Duration.ofDays(1))));

        var refused = send(address, "x");

        assertThat(refused.status()).isEqualTo(503);
        assertThat(code(refused)).isEqualTo("function_paused");
        assertThat(refused.header("Retry-After")).isEqualTo("60");
        faas.publish(function);
        assertThat(send(address, "x").status()).isEqualTo(202);
    }

    @Test
    void givenARate_whenMoreComes_thenItIsRefused_andTheOtherHookIsNot() throws Exception {
        var address = hook(with("limits", new Limits(1, 1)));
        var other = hook(PLAIN);

        assertThat(send(address, "x").status()).isEqualTo(202);
        assertThat(send(address, "x").status()).isEqualTo(202);
        var refused = send(address, "x");

        assertThat(code(refused)).isEqualTo("rate_limited");
        assertThat(refused.header("Retry-After")).isNotEmpty();
        assertThat(send(other, "x").status()).isEqualTo(202);
    }

    /** Without a signature: who has none is not told what of the body is wrong. */
    @Test
    void givenALargeBody_whenSent_thenItIsRefusedBeforeItsSignature() throws Exception {
        var address = hook(with("signature", signature(Scheme.GITHUB)), GITHUB_SECRET);

        assertThat(code(send(address, "x".repeat(1_025)))).isEqualTo("body_too_large");
        assertThat(code(send(address, "x".repeat(1_024)))).isEqualTo("invalid_signature");
        assertThat(code(send(address, new byte[] {(byte) 0xff}))).isEqualTo("invalid_signature");
    }

    @ParameterizedTest
    @CsvSource({
        "multipart/form-data; boundary=x, identity, 415",
        "application/json, gzip, 415",
        "application/cloudevents-batch+json, identity, 415",
        "application/x-www-form-urlencoded, identity, 202",
        "text/plain; charset=utf-8, identity, 202"
    })
    void givenATypeOfABody_whenSent_thenItIsTakenOrRefused(String type, String encoding, int status) throws Exception {
        assertThat(send(hook(PLAIN), "a=1", "Content-Type", type, "Content-Encoding", encoding)
                        .status())
                .isEqualTo(status);
    }

    @Test
    void givenAMatch_whenAnotherEventComes_thenItIsIgnored() throws Exception {
        var address = hook(reading("match", Map.of("X-Event", "push")));

        assertThat(send(address, "x", "x-event", "push").field("status")).isEqualTo("queued");
        for (var ignored : List.of(send(address, "x", "X-Event", "ping"), send(address, "x"))) {
            assertThat(ignored.status()).isEqualTo(202);
            assertThat(ignored.text()).isEqualTo("{\"status\":\"ignored\"}");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /after   | {"after": "abc"}           | abc
            /after   | {"after": {"b" : [1, 2]}}  | {"b":[1,2]}
            /a~1b/0  | {"a/b": [null]}            | null
            ''       | [1]                        | [1]
            """)
    void givenAPointer_whenSent_thenWhatItSelectsIsTheArgument(String pointer, String body, String argument)
            throws Exception {
        var address = hook(reading("body", new BodyMapping(As.POINTER, pointer, null)));

        assertThat(runSpec(send(address, body)).argument()).isEqualTo(argument);
    }

    @Test
    void givenAPointerToNothing_whenSent_thenTheDefaultCounts_orItIsRefused() throws Exception {
        var strict = hook(reading("body", new BodyMapping(As.POINTER, "/after", null)));
        var lenient = hook(reading("body", new BodyMapping(As.POINTER, "/after", "none")));

        assertThat(code(send(strict, "{}"))).isEqualTo("invalid_request");
        assertThat(code(send(strict, "{"))).isEqualTo("malformed_json");
        assertThat(runSpec(send(lenient, "{}")).argument()).isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0xff})
    void givenABodyThatIsNoText_whenSent_thenItIsRefused(int octet) throws Exception {
        assertThat(send(hook(PLAIN), new byte[] {(byte) octet}).status()).isEqualTo(400);
    }

    private static JsonNode event(GatewayAnswer answer) {
        return Codec.readTree(runSpec(answer).argument().getBytes(StandardCharsets.UTF_8));
    }

    /** The percent-encoded value is the example of the HTTP binding. */
    @Test
    void givenCloudEvents_whenSentInEitherMode_thenTheyAreNormalised_andOthersAreWrapped() throws Exception {
        var address = hook(reading("body", new BodyMapping(As.CLOUDEVENT, null, null)));
        var structured =
                "{\"specversion\": \"1.0\", \"id\": \"1\", \"source\": \"/s\", \"type\": \"t\", \"data\": {\"a\": 1}}";

        assertThat(event(send(address, structured, "Content-Type", "application/cloudevents+json; charset=utf-8")))
                .isEqualTo(Codec.readTree(structured.getBytes(StandardCharsets.UTF_8)));
        var binary = event(send(
                address,
                "{\"a\": 1}",
                "Content-Type",
                "application/json",
                "ce-specversion",
                "1.0",
                "ce-id",
                "2",
                "ce-source",
                "/s",
                "ce-type",
                "t",
                "ce-subject",
                "Euro%20%E2%82%AC%20%F0%9F%98%80"));
        assertThat(binary.path("subject").asText()).isEqualTo("Euro € 😀");
        assertThat(binary.path("data").path("a").asInt()).isEqualTo(1);
        assertThat(binary.path("datacontenttype").asText()).isEqualTo("application/json");
        var wrapped = event(send(address, "hello", "Content-Type", "text/plain", "X-GitHub-Delivery", "d-77"));
        assertThat(wrapped.path("id").asText()).isEqualTo("d-77");
        assertThat(wrapped.path("source").asText()).isEqualTo("/hooks/" + idOf(address));
        assertThat(wrapped.path("data").asText()).isEqualTo("hello");
        var invalid = send(address, "{\"specversion\": \"1.0\"}", "Content-Type", "application/cloudevents+json");
        assertThat(invalid.status()).isEqualTo(400);
    }

    @Test
    void givenRequestsToHooks_whenTheyAreAnswered_thenTheirOutcomesAreCounted() throws Exception {
        var address = hook(Records.with(reading("match", Map.of("X-Event", "push")), "limits", new Limits(1, 2)));
        double accepted = metric("faas_hook_accept_seconds_count");
        var before = OUTCOMES.stream().map(HooksTest::requests).toList();

        send(address, "x", "X-Event", "push");
        send(address, "x", "X-Event", "ping");
        send(address.replace(SECRET, "x"), "x");
        send(address, new byte[] {0}, "X-Event", "push");

        for (int i = 0; i < before.size(); i++) {
            var outcome = OUTCOMES.get(i);
            double wanted = before.get(i) + 1;
            Await.until(outcome, () -> requests(outcome) == wanted);
        }
        assertThat(metric("faas_hook_accept_seconds_count")).isEqualTo(accepted + 1);
    }

    private static final List<String> OUTCOMES = List.of("accepted", "ignored", "hook_not_found", "invalid_request");

    private static double requests(String outcome) {
        return metric("faas_hook_requests_total{outcome=\"" + outcome + "\"");
    }

    /** 0 when there is none yet. */
    private static double metric(String beginning) {
        try {
            return faas.send(faas.request("internal", "/metrics"))
                    .text()
                    .lines()
                    .filter(line -> line.startsWith(beginning))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Also where no route matches. */
    @Test
    void givenRequestsToHooks_whenTheyAreLogged_thenNoLineHasTheSecretOfAnAddress() throws Exception {
        var address = hook(PLAIN);
        var id = idOf(address);
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        root.addAppender(log);
        var access = (Logger) LoggerFactory.getLogger("dev.faas.http.AccessLog");
        access.setLevel(Level.DEBUG);
        try {
            send(address, "x");
            send(address.replace(id, "hk_x"), "x");
            send(address, new byte[] {0});
            faas.send(faas.request(address));
            for (var path : List.of(
                    address + "/more",
                    address + "/",
                    "/hooks/" + SECRET,
                    "/" + address,
                    "/./x/.." + address,
                    address.replace("hooks", "HOOKS"),
                    address.replace("hooks", "%68ooks"),
                    "http://localhost" + address)) {
                assertThat(faas.raw("POST " + path
                                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                        .as(path)
                        .startsWith("HTTP/1.1 ");
            }
            Await.until(
                    "all are logged",
                    () -> lines(log).stream().filter(HooksTest::isOfRequest).count() >= 12);
        } finally {
            root.detachAppender(log);
            access.setLevel(null);
        }
        assertThat(lines(log))
                .filteredOn(HooksTest::isOfRequest)
                .allMatch(line -> line.contains(" path=/hooks/:hook/:secret "));
        assertThat(lines(log)).noneMatch(line -> line.contains(SECRET));
    }

    /** Not of the test before, whose last request may be logged only now. */
    private static boolean isOfRequest(String line) {
        return line.startsWith("request answered ") && !line.contains(" path=/v1/");
    }

    private static List<String> lines(ListAppender<ILoggingEvent> log) {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void givenRefusedAndIgnoredRequests_whenASecondPasses_thenTheRegistryIsToldWithoutTheirBodies() throws Exception {
        var told = new CopyOnWriteArrayList<RefusedRequests.Request>();
        var address = hook(
                Records.with(reading("match", Map.of("X-Event", "push")), "signature", signature(Scheme.GITHUB)),
                GITHUB_SECRET);
        try (var _ = faas.bus.subscribe(
                Subjects.HOOKS_REFUSED,
                message -> told.addAll(Codec.decode(message.message().bytes(), RefusedRequests.class)
                        .requests()))) {
            Await.await(faas.bus.flush());
            send(address, "forged", "X-Hub-Signature-256", "sha256=00");
            send(address, "Hello, World!", "X-Hub-Signature-256", GITHUB_SIGNATURE);
            send(address.replace(SECRET, "x"), "nobody");

            Await.until(
                    "both are told",
                    () -> told.stream()
                                    .filter(each -> each.hook().equals(idOf(address)))
                                    .count()
                            == 2);
        }
        var ours =
                told.stream().filter(each -> each.hook().equals(idOf(address))).toList();
        assertThat(ours).extracting(RefusedRequests.Request::reason).containsExactly("invalid_signature", "ignored");
        assertThat(ours).extracting(RefusedRequests.Request::status).containsExactly(401, 202);
    }
}
