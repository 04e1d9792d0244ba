package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.quota.OwnerQuotas;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.Queue;
import dev.faas.wire.Subjects;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DelayedSubmitTest {
    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("later");
    }

    private static GatewayAnswer json(String fields) throws Exception {
        return faas.submit(
                "later", "application/json", ("{\"argument\":\"x\"," + fields + "}").getBytes(StandardCharsets.UTF_8));
    }

    private static GatewayAnswer query(String query, String body) throws Exception {
        return faas.send(faas.as(faas.alice, "/v1/functions/later/activations?" + query)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(body)));
    }

    private static Queued record(GatewayAnswer accepted) {
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
        return (Queued) Await.await(faas.events.lastFromLeader(accepted.field("activationId")))
                .orElseThrow()
                .record();
    }

    @Test
    void givenADelay_whenSubmitted_thenItIsQueuedWithoutACommandUntilThen() throws Exception {
        var delayed = record(json("\"delaySeconds\":600"));

        var due = delayed.activation().submittedAt().plusSeconds(600);
        assertThat(delayed.nextAttemptAt()).isEqualTo(due);
        assertThat(delayed.activation().notBefore()).isEqualTo(due);
        assertThat(delayed.expiresAt()).isCloseTo(due.plus(Duration.ofDays(1)), within(1, ChronoUnit.SECONDS));
        // One that was submitted later has its command: the delayed one gets none.
        var command = ActivationCommand.of(record(json("\"delaySeconds\":0")).activation());
        Await.until("the other one is queued", () -> Await.await(faas.queue.contains(command)));
        assertThat(Await.await(faas.queue.contains(ActivationCommand.of(delayed.activation()))))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", ""})
    void givenABodyThatIsNotJson_whenSubmitted_thenTheDelayIsInTheQuery(String body) throws Exception {
        var due = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.MILLIS);

        assertThat(record(query("notBefore=" + due, body)).nextAttemptAt()).isEqualTo(due);
        assertThat(record(query("delaySeconds=600", body)).isDelayed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-11-24T10:00:00Z", "-999999999-01-01T00:00:00Z"})
    void givenATimeThatHasPassed_whenSubmitted_thenItIsDueNow(String time) throws Exception {
        var delayed = record(json("\"notBefore\":\"" + time + "\""));

        assertThat(delayed.nextAttemptAt()).isEqualTo(delayed.activation().submittedAt());
    }

    @Test
    void givenADelayedActivation_whenReadAndExplainedAndCancelled_thenItIsLikeAnyQueuedOne() throws Exception {
        var id = json("\"delaySeconds\":600").field("activationId");
        var due = record(faas.get("/v1/activations/" + id), id).nextAttemptAt();

        var explained = faas.get("/v1/activations/" + id + "/explain");

        assertThat(explained.field("why")).isEqualTo("not_before");
        assertThat(Instant.parse(explained.field("nextAttemptAt"))).isEqualTo(due);
        assertThat(faas.send(faas.as(faas.alice, "/v1/activations/" + id).DELETE())
                        .field("status"))
                .isEqualTo("cancelled");
    }

    private static Queued record(GatewayAnswer shown, String id) {
        var record = (Queued)
                Await.await(faas.events.lastFromLeader(id)).orElseThrow().record();
        assertThat(Instant.parse(shown.field("notBefore")))
                .isEqualTo(Instant.parse(shown.field("nextAttemptAt")))
                .isEqualTo(record.nextAttemptAt());
        return record;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "delaySeconds":-1                                       | delaySeconds | from 0 to 604800
                    "delaySeconds":604801                                   | delaySeconds | from 0 to 604800
                    "delaySeconds":"10"                                     | delaySeconds | whole number
                    "notBefore":"tomorrow"                                  | notBefore    | RFC 3339
                    "notBefore":"2026-11-24T10:00:00"                       | notBefore    | RFC 3339
                    "notBefore":"9999-11-24T10:00:00Z"                      | notBefore    | at most 7 days
                    "delaySeconds":5,"notBefore":"2026-11-24T10:00:00Z"     | notBefore    | leave one of them out""")
    void givenAnInvalidDelay_whenSubmitted_thenTheRefusalSaysWhatToDo(String fields, String field, String text)
            throws Exception {
        var refused = json(fields);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("invalid_request");
        assertThat(refused.field("detail")).contains(field + ": must", text);
    }

    @ParameterizedTest
    @CsvSource({
        "delaySeconds=-1, whole number",
        "delaySeconds=x, whole number",
        "notBefore=x, RFC 3339",
        "delaySeconds=5&notBefore=2026-11-24T10:00:00Z, leave one of them out"
    })
    void givenAnInvalidDelayInTheQuery_whenSubmitted_thenTheRefusalSaysWhatToDo(String query, String text)
            throws Exception {
        assertThat(query(query, "x").status()).isEqualTo(400);
        assertThat(query(query, "x").field("detail")).contains(text);
    }

    @Test
    void givenJson_whenTheDelayIsInTheQuery_thenItIsRefusedRatherThanIgnored() throws Exception {
        var refused = faas.send(faas.as(faas.alice, "/v1/functions/later/activations?delaySeconds=5")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"argument\":\"x\"}")));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field("detail")).contains("must be in the JSON body");
    }

    @Test
    void givenAFunctionWhoseActivationsLiveLong_whenTheDelayDoesNotFitTheAgeOfEvents_thenItIsRefused()
            throws Exception {
        var age = Await.await(faas.events.streamUsage()).maxAge();
        var ttl = age.minus(Duration.ofDays(2)).toSeconds();
        faas.function(
                faas.alice,
                Records.with(FunctionSpec.of("longlived", "x:1"), "queue", new Queue(10, Math.toIntExact(ttl))));
        var path = "/v1/functions/longlived/activations?delaySeconds=";

        var refused = faas.send(faas.as(faas.alice, path + 2 * 86_400).POST(BodyPublishers.noBody()));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field("detail")).contains("delaySeconds: must be less than", "queue.ttlSeconds");
        assertThat(faas.send(faas.as(faas.alice, path + 86_400).POST(BodyPublishers.noBody()))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void givenTheSameKey_whenTheDelayDiffers_thenItIsAnotherRequest() throws Exception {
        var first = keyed("5");

        assertThat(keyed("5").text()).isEqualTo(first.text());
        assertThat(keyed("6").code()).isEqualTo("idempotency_key_reused");
    }

    private static GatewayAnswer keyed(String seconds) throws Exception {
        return faas.send(faas.as(faas.alice, "/v1/functions/later/activations?delaySeconds=" + seconds)
                .header("Idempotency-Key", "one")
                .POST(BodyPublishers.noBody()));
    }

    @Test
    void givenAsManyDelayedOnesAsAnOwnerMayHave_whenAnotherIsSubmitted_thenOnlyThatOwnersDelayedOnesAreRefused()
            throws Exception {
        faas.function(faas.bob, FunctionSpec.of("later", "x"));
        var usage = faas.bus.kv(Subjects.USAGE);
        Await.await(usage.put(OwnerQuotas.DELAYED, OwnerQuotas.delayed(Map.of(faas.bob, 99_999L))));
        Await.until("refused", () -> delayed(faas.bob).status() == 429);

        assertThat(delayed(faas.bob).code()).isEqualTo("quota_exceeded");
        assertThat(delayed(faas.bob).field("detail")).contains("100000 delayed");
        assertThat(delayed(faas.alice).status()).isEqualTo(202);
        assertThat(faas.send(faas.as(faas.bob, "/v1/functions/later/activations")
                                .POST(BodyPublishers.noBody()))
                        .status())
                .isEqualTo(202);
        Await.await(usage.put(OwnerQuotas.DELAYED, OwnerQuotas.delayed(Map.of())));
        Await.until("accepted", () -> delayed(faas.bob).status() == 202);
    }

    private static GatewayAnswer delayed(String owner) throws Exception {
        return faas.send(faas.as(owner, "/v1/functions/later/activations?delaySeconds=600")
                .POST(BodyPublishers.noBody()));
    }
}
