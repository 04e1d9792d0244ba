package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.Callback.Outcome;
import dev.faas.testing.Await;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallbackSubmitTest {
    private static final String DESTINATION = "dst_06b7gd98g07rk4q3v8x2m5n9ta";

    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("answering");
        faas.registry.answers(CallbackSubmitTest::resolve);
    }

    private static void resolve(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            var asked = body.toJsonObject();
            boolean isRefused = Objects.equals(asked.getString("destination"), "nobodys");
            request.response()
                    .setStatusCode(isRefused ? 404 : 200)
                    .end(
                            isRefused
                                    ? "{\"code\":\"destination_not_found\",\"title\":\"x\",\"detail\":\"y\"}"
                                    : new JsonObject()
                                            .put("destination", asked.getString("url") == null ? DESTINATION : null)
                                            .encode());
        });
    }

    private static GatewayAnswer submit(String callback, String... headers) throws Exception {
        var request = faas.as(faas.alice, "/v1/functions/answering/activations")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{'argument':'x','callback':%s}".formatted(callback).replace('\'', '"')));
        return faas.send(headers.length == 0 ? request : request.headers(headers));
    }

    private static Activation.Callback accepted(GatewayAnswer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        return Objects.requireNonNull(Await.await(faas.events.lastFromLeader(answer.field("activationId")))
                .orElseThrow()
                .record()
                .activation()
                .callback());
    }

    @Test
    void givenACallback_whenSubmitted_thenTheAcceptedRecordHasItWithTheDestinationsId() throws Exception {
        assertThat(accepted(submit("{'url':'https://erp.example/done'}")))
                .isEqualTo(new Activation.Callback(
                        "https://erp.example/done", null, List.of(Outcome.SUCCESS, Outcome.FAILURE)));
        assertThat(accepted(submit("{'destination':'erp','on':['failure']}")))
                .isEqualTo(new Activation.Callback(null, DESTINATION, List.of(Outcome.FAILURE)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                | callback.url",
                "{'url':'https://x.example/','destination':'erp'}  | callback.url",
                "{'url':'ftp://x.example/'}                        | callback.url",
                "{'url':'https://x.example/','on':[]}              | callback.on",
                "{'url':'https://x.example/','on':['cancelled']}   | callback.on[0]",
                "{'destination':'../x'}                            | callback.destination",
                "{'url':'https://x.example/','method':'GET'}       | callback.method"
            })
    void givenACallbackThatIsNone_whenSubmitted_thenItsFieldIsNamed(String callback, String field) throws Exception {
        var refused = submit(callback);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("\"field\":\"" + field + "\"");
    }

    @Test
    void givenARefusalOfTheRegistry_whenSubmitted_thenItIsTheAnswer() throws Exception {
        var refused = submit("{'destination':'nobodys'}");

        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.code()).isEqualTo("destination_not_found");
    }

    @Test
    void givenAKey_whenRepeatedWithAnotherCallback_thenItIsAnotherRequest() throws Exception {
        var first = submit("{'destination':'erp'}", "Idempotency-Key", "k");

        assertThat(submit("{'destination':'erp'}", "Idempotency-Key", "k").field("activationId"))
                .isEqualTo(first.field("activationId"));
        assertThat(submit("{'url':'https://x.example/'}", "Idempotency-Key", "k")
                        .code())
                .isEqualTo("idempotency_key_reused");
    }
}
