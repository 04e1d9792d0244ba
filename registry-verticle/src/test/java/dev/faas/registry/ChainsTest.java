package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.Cause;
import dev.faas.activation.Snapshot;
import dev.faas.testing.Await;
import dev.faas.testing.HttpAnswer;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ends of activations that call functions: {@code resize} is the first of a chain, {@code thumb} the next. */
class ChainsTest extends DestinationFixture {
    private String thumb;

    @BeforeEach
    void createNext() {
        thumb = createWithQueue("thumb");
    }

    private static JsonObject call(String name, String function) {
        return new JsonObject()
                .put("name", name)
                .put("kind", "function")
                .put("function", function)
                .put("functions", JsonArray.of("resize"))
                .put("events", List.of("activation.succeeded"));
    }

    private static JsonObject json(String text) {
        return new JsonObject(text.replace('\'', '"'));
    }

    private String chain(String changes) {
        var made = user.post(PATH, call("chain", "thumb").mergeIn(json(changes)));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.json().getString("id");
    }

    private static Snapshot inStream(String activation) {
        return events.last(activation).join().orElseThrow();
    }

    private static String argument(String activation) {
        return events.runSpec(activation).join().orElseThrow().argument();
    }

    private List<String> called() throws Exception {
        var ids = registry.backends.text("select coalesce(string_agg(id, ' ' order by id), '') from activation"
                + " where function_id = '" + thumb + "'");
        return ids.isEmpty() ? List.of() : List.of(ids.split(" "));
    }

    @Test
    void givenADefinition_whenCreatedReadAndChanged_thenItNamesItsFunctionAndHasNoSecret() throws Exception {
        var made = user.post(PATH, call("chain", "thumb@1"));

        assertThat(made.status()).isEqualTo(201);
        var shown = made.json();
        assertThat(shown.getMap()).containsKey("secret");
        assertThat(shown.remove("secret")).isNull();
        assertThat(shown.getMap())
                .containsEntry("kind", "function")
                .containsEntry("function", "thumb@1")
                .containsEntry("functionId", thumb)
                .containsEntry("argument", "result")
                .containsEntry("allowLoop", false)
                .containsEntry("url", null)
                .containsEntry("timeoutSeconds", null);
        assertThat(user.get(PATH + "/chain").json()).isEqualTo(shown);
        assertThat(user.put(PATH + "/chain", shown).header("ETag")).isEqualTo("\"1\"");
        assertThat(user.send("POST", PATH + "/chain/rotate", "").status()).isEqualTo(400);
        var changed = user.send("PATCH", PATH + "/chain", "{\"argument\": \"event\"}");
        assertThat(changed.json().getMap()).containsEntry("argument", "event").containsEntry("function", "thumb@1");
        assertThat(registry.backends.text("select string_agg(changes::text, ' ') from audit where project = '" + owner
                        + "' and action like 'destination%'"))
                .contains(thumb);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'function': null}                | 400 | function
            {'function': 'a b'}               | 400 | function
            {'url': 'https://erp.example/'}   | 400 | url
            {'secret': 'whsec_x'}             | 400 | secret
            {'timeoutSeconds': 5}             | 400 | timeoutSeconds
            {'argument': 'all'}               | 400 | argument
            {'kind': 'webhook'}               | 400 | function
            {'kind': 'queue'}                 | 400 | kind
            {'subject': 'a'}                  | 400 | subject
            {'function': 'nobodys'}           | 404 | function_not_found
            {'function': 'thumb@7'}           | 404 | function_not_found
            {'functions': []}                 | 422 | destination_loop
            {'functions': ['thumb']}          | 422 | destination_loop
            {'function': 'resize'}            | 422 | destination_loop
            """)
    void givenADefinitionThatIsRefused_whenCreatedOrChanged_thenItSaysWhy(String changes, int status, String expected) {
        var body = call("chain", "thumb").mergeIn(json(changes));

        var refused = user.post(PATH, body);

        assertThat(refused.status()).isEqualTo(status);
        assertThat(reasons(refused)).contains(expected);
        chain("{}");
        var change = user.put(PATH + "/chain", body);
        assertThat(change.status()).isEqualTo(status);
        assertThat(user.get(PATH + "/chain").header("ETag")).isEqualTo("\"1\"");
    }

    private static List<String> reasons(HttpAnswer refused) {
        return refused.status() == 400
                ? refused.json().getJsonArray("errors").stream()
                        .map(error -> ((JsonObject) error).getString("field"))
                        .toList()
                : List.of(refused.code());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                       | {}                    | 422
            {'functions': ['%s']}                    | {}                    | 422
            {'allowLoop': true}                      | {}                    | 201
            {}                                       | {'allowLoop': true}   | 201
            {'tags': {'x': 'y'}}                     | {}                    | 201
            {'events': ['schedule.paused']}          | {}                    | 201
            {'functions': ['other']}                 | {}                    | 201
            """)
    void givenAChain_whenAnotherOneWouldCloseALoop_thenItIsRefusedUnlessOneAllowsIt(
            String changes, String first, int status) {
        createWithQueue("frame");
        chain(first);
        var next = call("back", "frame").put("functions", JsonArray.of("thumb"));

        var made = user.post(PATH, next.mergeIn(json(changes.formatted(thumb))));
        var closing = user.post(PATH, call("close", "resize").put("functions", JsonArray.of("frame")));

        assertThat(made.status()).isEqualTo(201);
        assertThat(closing.status()).isEqualTo(status);
        if (status == 422) {
            assertThat(closing.json().getString("detail")).contains("close -> chain -> back -> close");
        }
    }

    @ParameterizedTest
    @CsvSource({"result", "event"})
    void givenAChain_whenAnActivationEnds_thenItsFunctionIsCalledOnce(String argument) throws Exception {
        var id = chain("{'argument': '" + argument + "'}");

        var first = succeed(Map.of("order", "4711"));

        var delivery = onlyDelivery(id, "succeeded");
        var next = delivery.getString("submittedActivationId");
        assertThat(delivery.getJsonArray("attempts").getJsonObject(0).getMap()).containsEntry("status", 202);
        var activation = inStream(next).record().activation();
        assertThat(activation.function().id()).isEqualTo(thumb);
        assertThat(activation.cause()).isEqualTo(new Cause(first, 1));
        assertThat(activation.tags()).isEmpty();
        if (argument.equals("result")) {
            assertThat(argument(next)).isEqualTo("done");
        } else {
            var event = new JsonObject(argument(next));
            assertThat(event.getString("type")).isEqualTo("activation.succeeded");
            assertThat(event.getJsonObject("data").getString("activationId")).isEqualTo(first);
        }
        Await.eventually(() -> user.get("/v1/activations/" + next).status() == 200);
        assertThat(user.get("/v1/activations/" + next).json().getJsonObject("cause"))
                .isEqualTo(new JsonObject().put("activationId", first).put("depth", 1));
        assertThat(called()).containsExactly(next);
    }

    @ParameterizedTest
    @CsvSource({"15, succeeded,", "16, failed, chain_too_deep"})
    void givenALongChain_whenItsLastActivationEnds_thenTheSeventeenthIsNotCalled(int depth, String state, String reason)
            throws Exception {
        var id = chain("{}");
        var plain = Story.activation(owner, functionId, "resize", Instant.now(), Map.of());
        var deep = new Activation(
                plain.id(),
                plain.owner(),
                plain.function(),
                plain.image(),
                plain.delivery(),
                plain.timeoutSeconds(),
                plain.retry(),
                plain.submittedAt(),
                plain.expiresAt(),
                plain.tags(),
                null,
                null,
                null,
                null,
                new Cause(Ids.activation(Instant.now()), depth),
                null,
                null);

        Story.accepted(registry.bus, deep, "x").claimed("run-1").succeeded("done", 4, 0);

        assertThat(onlyDelivery(id, state).getString("reason")).isEqualTo(reason);
        Await.eventually(() -> called().size() == (reason == null ? 1 : 0));
    }

    @Test
    void givenAResultThatIsTooLarge_whenAnActivationEnds_thenTheDeliveryFails() throws Exception {
        var id = chain("{}");

        Story.accepted(registry.bus, Story.activation(owner, functionId, "resize", Instant.now(), Map.of()), "x")
                .claimed("run-1")
                .succeeded(null, 131_072, 0);

        assertThat(onlyDelivery(id, "failed").getString("reason")).isEqualTo("argument_too_large");
        assertThat(user.get(PATH + "/chain").json().getInteger("failures")).isZero();
    }

    @Test
    void givenADeletedFunction_whenAnActivationEnds_thenTheDeliveryFailsAndALaterOneOfItsNameIsNotCalled() {
        var id = chain("{}");
        user.send("DELETE", "/v1/functions/thumb", "");
        createWithQueue("thumb");

        succeed();

        assertThat(onlyDelivery(id, "failed").getString("reason")).isEqualTo("function_deleted");
        assertThat(user.send("PATCH", PATH + "/chain", "{\"maxInFlight\": 1}").code())
                .isEqualTo("function_not_found");
    }

    @Test
    void givenACallThatSucceeded_whenRedelivered_thenItIsAnotherActivation() throws Exception {
        var id = chain("{}");
        succeed();
        var first = onlyDelivery(id, "succeeded");

        var again = user.send("POST", "/v1/deliveries/" + first.getString("deliveryId") + "/redeliver", "");

        assertThat(again.json().getString("submittedActivationId")).isNull();
        assertThat(onlyDelivery(id, "succeeded").getString("submittedActivationId"))
                .isNotEqualTo(first.getString("submittedActivationId"));
        Await.eventually(() -> called().size() == 2);
    }

    @Test
    void givenADisabledDestination_whenTested_thenItsFunctionGetsTheTestEvent() {
        chain("{'enabled': false}");

        var delivery = user.send("POST", PATH + "/chain/test", "").json();

        assertThat(delivery.getString("state")).isEqualTo("succeeded");
        var next = delivery.getString("submittedActivationId");
        assertThat(new JsonObject(argument(next)).getString("type")).isEqualTo("webhook.test");
        assertThat(inStream(next).record().activation().cause()).isNull();
    }

    @Test
    void givenADisabledDestination_whenEnabled_thenWhatWaitedIsCalled() throws Exception {
        var id = chain("{'enabled': false}");
        succeed();
        Await.eventually(() -> deliveries(id).size() == 1);
        assertThat(deliveries(id).getFirst().getString("waits")).isEqualTo("destination_disabled");

        user.send("POST", PATH + "/chain/enable", "");

        onlyDelivery(id, "succeeded");
        Await.eventually(() -> called().size() == 1);
    }

    @Test
    void givenAFunctionThatRefusesSubmits_whenAnActivationEnds_thenTheCallWaitsUntilItIsResumed() throws Exception {
        user.post("/v1/functions/thumb/pause", json("{'submits': 'refuse'}"));
        var id = chain("{}");
        succeed();
        Await.eventually(() -> deliveries(id).stream()
                .anyMatch(delivery ->
                        delivery.getString("state").equals("pending") && delivery.getInteger("attempt") == 1));
        assertThat(called()).isEmpty();

        user.send("POST", "/v1/functions/thumb/resume", "");
        makeDue(id);

        onlyDelivery(id, "succeeded");
        Await.eventually(() -> called().size() == 1);
    }

    /** A full queue: what is refused has a fresh id in the next attempt. */
    @Test
    void givenAQueueThatIsFull_whenAnActivationEnds_thenTheCallIsTriedAgain() throws Exception {
        user.patch("/v1/functions/thumb", new JsonObject().put("queue", new JsonObject().put("maxPending", 1)));
        var id = chain("{}");
        succeed();
        var first = onlyDelivery(id, "succeeded").getString("submittedActivationId");
        succeed();
        Await.eventually(() -> deliveries(id).stream()
                .anyMatch(delivery ->
                        delivery.getString("state").equals("pending") && delivery.getInteger("attempt") == 1));
        assertThat(registry.backends.number("select count(*) from delivery where destination_id = '" + id
                        + "' and state = 'pending' and submit_id is null"))
                .isEqualTo(1);

        cancel(first);
        endPause(id);
        makeDue(id);

        Await.eventually(() -> deliveries(id).stream()
                .allMatch(delivery -> delivery.getString("state").equals("succeeded")));
        Await.eventually(() -> called().size() == 2);
    }
}
