package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubmitTest {
    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("resize");
    }

    @BeforeEach
    void quiet() {
        faas.registry.answersNothing();
    }

    private static ActivationRecord.Queued acceptedRecord(String id) {
        var snapshot = Await.await(faas.events.lastFromLeader(id)).orElseThrow();
        return (ActivationRecord.Queued) snapshot.record();
    }

    private static String argumentOf(String id) {
        return Await.await(faas.events.runSpec(id)).orElseThrow().argument();
    }

    private static boolean isQueued(String id) {
        var command = ActivationCommand.of(acceptedRecord(id).activation());
        return Await.await(faas.queue.contains(command));
    }

    @Test
    void givenAFunction_whenSubmitted_thenTheActivationIsStoredBeforeTheResponseAndQueuedAfterIt() throws Exception {
        var answer = faas.submit("resize", "photo.jpg");

        assertThat(answer.status()).isEqualTo(202);
        var id = answer.field("activationId");
        assertThat(Ids.isActivation(id)).isTrue();
        assertThat(answer.field("status")).isEqualTo("queued");
        assertThat(answer.header("Location")).isEqualTo("/v1/activations/" + id);
        assertThat(answer.header("X-Activation-Id")).isEqualTo(id);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        var record = acceptedRecord(id);
        assertThat(record.activation().owner()).isEqualTo(faas.alice);
        assertThat(record.activation().function().name()).isEqualTo("resize");
        assertThat(record.activation().timeoutSeconds()).isEqualTo(300);
        assertThat(record.activation().submittedAt()).isEqualTo(Ids.timeOf(id));
        // The id and the expiry read the clock separately.
        assertThat(record.activation().expiresAt())
                .isCloseTo(record.activation().submittedAt().plusSeconds(86_400), within(10, ChronoUnit.SECONDS));
        assertThat(argumentOf(id)).isEqualTo("photo.jpg");
        Await.until("the command is queued", () -> isQueued(id));
    }

    @Test
    void givenJson_whenSubmitted_thenArgumentTimeoutAndTagsAreTaken() throws Exception {
        var answer = faas.submit(
                "resize",
                "application/json",
                "{\"argument\":\"a \\\"b\\\" \\n \",\"timeoutSeconds\":600,\"tags\":{\"k\":\"v\"}}"
                        .getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).isEqualTo(202);
        var id = answer.field("activationId");
        assertThat(argumentOf(id)).isEqualTo("a \"b\" \n ");
        assertThat(acceptedRecord(id).activation().timeoutSeconds()).isEqualTo(600);
        assertThat(acceptedRecord(id).activation().tags()).isEqualTo(Map.of("k", "v"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {" both ends ", "line\nline\r\n", "\"quoted\" 'too' \\", "emoji 🦊 and ünïcode", "\t\u0001\u007f"
            })
    void givenUnusualText_whenSubmitted_thenTheArgumentIsExact(String argument) throws Exception {
        assertThat(argumentOf(faas.accepted("resize", argument))).isEqualTo(argument);
    }

    @Test
    void givenNoBody_whenSubmitted_thenTheArgumentIsEmpty() throws Exception {
        var answer = faas.send(
                faas.as(faas.alice, "/v1/functions/resize/activations").POST(BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(argumentOf(answer.field("activationId"))).isEmpty();
    }

    @Test
    void givenTheLongestArgument_whenSubmitted_thenItIsAccepted_andOneByteMoreIsNot() throws Exception {
        var longest = "é".repeat(65_535) + "x";

        assertThat(argumentOf(faas.accepted("resize", longest))).isEqualTo(longest);
        for (var tooLong : new byte[][] {
            (longest + "y").getBytes(StandardCharsets.UTF_8),
            "z".repeat(2 << 20).getBytes(StandardCharsets.UTF_8)
        }) {
            var refused = faas.submit("resize", "text/plain", tooLong);
            assertThat(refused.status()).isEqualTo(413);
            assertThat(refused.code()).isEqualTo("argument_too_large");
            assertThat(refused.field("detail")).contains("131071");
        }
        var json = ("{\"argument\":\"" + longest + "y\"}").getBytes(StandardCharsets.UTF_8);
        assertThat(faas.submit("resize", "application/json", json).code()).isEqualTo("argument_too_large");
    }

    @Test
    void givenTheLongestArgumentOfControlCharacters_whenSubmittedAsJson_thenItIsAccepted() throws Exception {
        var body = "{\"argument\":\"" + "\\u0001".repeat(131_071) + "\"}";

        var answer = faas.submit("resize", "application/json", body.getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(argumentOf(answer.field("activationId"))).isEqualTo("\u0001".repeat(131_071));
    }

    @Test
    void givenInvalidText_whenSubmitted_thenItIsRefused() throws Exception {
        assertThat(faas.submit("resize", "text/plain", new byte[] {'a', (byte) 0xff})
                        .code())
                .isEqualTo("invalid_request");
        assertThat(faas.submit("resize", "text/plain", new byte[] {'a', 0, 'b'}).code())
                .isEqualTo("invalid_request");
        assertThat(faas.submit(
                                "resize",
                                "application/json",
                                "{\"argument\":\"\\u0000\"}".getBytes(StandardCharsets.UTF_8))
                        .code())
                .isEqualTo("invalid_request");
        assertThat(faas.submit("resize", "application/json", "{\"argument\":".getBytes(StandardCharsets.UTF_8))
                        .code())
                .isEqualTo("malformed_json");
    }

    @Test
    void givenWrongFields_whenSubmitted_thenAllOfThemAreNamed() throws Exception {
        var body = "{\"arguments\":\"x\",\"timeoutSeconds\":0,\"tags\":{\"a:b\":1}}".getBytes(StandardCharsets.UTF_8);

        var answer = faas.submit("resize", "application/json", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors").findValuesAsText("field"))
                .contains("argument", "arguments", "timeoutSeconds", "tags.a:b");
    }

    @Test
    void givenAFunctionThatTakesNoArgument_whenOneIsSubmitted_thenItIsRefusedAndTheEmptyOneIsNot() throws Exception {
        faas.function(faas.alice, RunningGateway.withoutArgument("plain"));

        for (var answer : new GatewayAnswer[] {
            faas.submit("plain", "x"),
            faas.submit("plain", "application/json", "{\"argument\":\" \"}".getBytes(StandardCharsets.UTF_8)),
            faas.send(faas.submission("plain", "text/plain", BodyPublishers.ofString("x"))
                    .header("Idempotency-Key", "none-yet"))
        }) {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("errors").findValuesAsText("field")).containsExactly("argument");
        }
        assertThat(argumentOf(faas.accepted("plain", ""))).isEmpty();
    }

    @Test
    void givenAFunctionThatTakesNoArgumentAnyLonger_whenASubmitIsRepeated_thenTheFirstResponseComesAgain()
            throws Exception {
        var old = faas.function("changing");
        var request = faas.submission("changing", "text/plain", BodyPublishers.ofString("x"))
                .header("Idempotency-Key", "repeated");
        var first = faas.send(request);
        assertThat(first.status()).isEqualTo(202);
        var changed = faas.revise(old, RunningGateway.withoutArgument("changing"));

        assertThat(faas.send(request).field("activationId")).isEqualTo(first.field("activationId"));
        assertThat(faas.submit(changed.id(), "x").status()).isEqualTo(400);
    }

    @Test
    void givenAnotherMediaType_whenSubmitted_thenTheSupportedTypesAreNamed() throws Exception {
        var answer = faas.submit("resize", "application/xml", "<a/>".getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.header("Accept-Post")).contains("application/json", "text/plain");
    }

    @Test
    void givenAnotherUsersFunction_whenSubmitted_thenItIsNotFound() throws Exception {
        var bobs = faas.function(faas.bob, FunctionSpec.of("secret", "x"));

        for (var ref : new String[] {"secret", bobs.id(), "nothing", "NO-NAME", "x@y", "secret@1"}) {
            var answer = faas.submit(ref, "x");
            assertThat(answer.status()).as(ref).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("function_not_found");
        }
    }

    @Test
    void givenAWait_whenTheActivationEndsInTime_thenTheResponseIsItsRecord() throws Exception {
        var function = faas.function("waited-for");
        Await.await(faas.queue.ensureConsumer(function));
        try (var puller = faas.queue.openPuller(unexpected -> {})) {
            var pulled = puller.pull(function.id(), Duration.ofSeconds(20));
            var ran = pulled.thenAcceptAsync(found -> {
                var delivery = ((PullResult.Message) found).delivery();
                faas.claim(CommandQueue.decodeCommand(delivery).id())
                        .out("done")
                        .succeed();
            });

            var answer = faas.send(faas.as(faas.alice, "/v1/functions/waited-for/activations?wait=20")
                    .POST(BodyPublishers.noBody()));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.field("status")).isEqualTo("succeeded");
            assertThat(answer.field("result")).isEqualTo("done");
            assertThat(answer.field("activationId")).isEqualTo(answer.header("X-Activation-Id"));
            Await.await(ran);
        }
    }

    @Test
    void givenAPreferenceToWait_whenTheActivationDoesNotEndInTime_thenTheResponseIs202() throws Exception {
        var started = System.nanoTime();

        var answer = faas.send(faas.submission("resize", "text/plain", BodyPublishers.ofString("x"))
                .header("Prefer", "respond-async, wait=1"));

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThan(Duration.ofMillis(900));
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"61", "-1", "x", "1.5", ""})
    void givenAnInvalidWait_whenSubmitted_thenItIsRefused(String wait) throws Exception {
        var answer = faas.send(faas.as(faas.alice, "/v1/functions/resize/activations?wait=" + wait)
                .POST(BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors").findValuesAsText("field")).containsExactly("wait");
    }
}
