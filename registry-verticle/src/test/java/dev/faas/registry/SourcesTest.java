package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation.Trigger;
import dev.faas.nats.Consumers.ConsumerState;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sources as their users see them. */
class SourcesTest extends SourceFixture {
    private static List<String> consumers() {
        return Await.await(registry.bus.stream(Subjects.INBOX).consumers().list()).stream()
                .map(ConsumerState::name)
                .toList();
    }

    @Test
    void givenALeastDefinition_whenCreatedAndRead_thenTheDefaultsAreFilledIn() {
        var made = user.post(PATH, body("{}"));

        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.header("ETag")).isEqualTo("\"1\"");
        var source = made.json();
        var id = source.getString("id");
        assertThat(Ids.isSource(id)).isTrue();
        assertThat(made.header("Location")).isEqualTo(PATH + "/" + id);
        assertThat(source.getMap())
                .containsEntry("function", "bill")
                .containsEntry("functionId", functionId)
                .containsEntry("subject", "orders.*")
                .containsEntry("maxInFlight", 64)
                .containsEntry("paused", false)
                .containsEntry("lag", 0);
        assertThat(source.getJsonObject("body").getString("as")).isEqualTo("whole");
        assertThat(consumers()).contains(id);
        Await.eventually(() -> get("orders").getString("state").equals("running"));
        assertThat(get(id)).isEqualTo(source.put("state", "running"));
        assertThat(user.get(PATH).items()).containsExactly(source);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'name': 'No'}                              | name
            {'function': 'a b'}                         | function
            {'subject': ''}                             | subject
            {'subject': 'a..b'}                         | subject
            {'subject': '.a'}                           | subject
            {'subject': 'a.>.b'}                        | subject
            {'subject': 'a*'}                           | subject
            {'subject': 'a.b.c.d.e.f.g.h.i'}            | subject
            {'subject': 'ü'}                            | subject
            {'body': {'as': 'pointer'}}                 | body.pointer
            {'maxInFlight': 0}                          | maxInFlight
            {'maxInFlight': 1001}                       | maxInFlight
            {'paused': 'yes'}                           | paused
            {'connection': 'plant'}                     | connection
            {'stream': 'S'}                             | stream
            {'consumer': 'c'}                           | consumer
            """)
    void givenAnInvalidDefinition_whenCreated_thenItsFieldIsNamed(String changes, String field) {
        var refused = user.post(PATH, body(changes));

        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.json().getJsonArray("errors").getJsonObject(0).getString("field"))
                .isEqualTo(field);
    }

    @Test
    void givenATakenNameAMissingFunctionOrAQuota_whenCreated_thenNothingIsStored() throws Exception {
        source("{}");

        assertThat(user.post(PATH, body("{}")).code()).isEqualTo("name_taken");
        assertThat(user.post(PATH, body("{'name': 'two', 'function': 'bill@2'}"))
                        .code())
                .isEqualTo("function_not_found");
        registry.backends.run("insert into quota (owner, limits) values ('" + owner + "', '{\"sources\": 1}')");
        assertThat(user.post(PATH, body("{'name': 'two'}")).code()).isEqualTo("quota_exceeded");

        assertThat(user.get(PATH).items()).hasSize(1);
        var quota = user.get("/v1/projects/" + owner + "/quota").json();
        assertThat(quota.getJsonObject("used").getInteger("sources")).isEqualTo(1);
    }

    @Test
    void givenAnotherUser_whenAsked_thenTheSourceDoesNotExist() throws Exception {
        var id = source("{}");
        var other = registry.client();

        for (var each : List.of(
                other.get(PATH + "/" + id),
                other.get(PATH + "/orders"),
                other.put(PATH + "/" + id, body("{}")),
                other.send("PATCH", PATH + "/" + id, "{}"),
                other.send("POST", PATH + "/" + id + "/pause", ""),
                other.send("POST", PATH + "/" + id + "/resume", ""),
                other.send("DELETE", PATH + "/" + id, ""))) {
            assertThat(each.status()).isEqualTo(404);
            assertThat(each.code()).isEqualTo("source_not_found");
        }
        assertThat(other.get(PATH).items()).isEmpty();
    }

    @Test
    void givenAnEntityTag_whenChangedWithAnotherOne_thenItIsRefused() {
        source("{}");

        var refused = user.send("PATCH", PATH + "/orders", "{\"maxInFlight\": 7}", "If-Match", "\"2\"");
        var done = user.send("PATCH", PATH + "/orders", "{\"maxInFlight\": 7}", "If-Match", "\"1\"");

        assertThat(refused.code()).isEqualTo("precondition_failed");
        assertThat(done.header("ETag")).isEqualTo("\"2\"");
        assertThat(done.json().getInteger("maxInFlight")).isEqualTo(7);
        for (var fixed : List.of("{\"name\": \"other\"}", "{\"subject\": \"other\"}")) {
            assertThat(user.send("PATCH", PATH + "/orders", fixed).status()).isEqualTo(400);
        }
    }

    @Test
    void givenMessages_whenPublished_thenThoseOfTheSubjectAreSubmittedOnce() throws Exception {
        var id = source("{}");

        publish("invoices.new", "another subject");
        publish("orders", "too short");
        publish("orders.new.a", "too long");
        long sequence = publish("orders.new", "three apples");

        var activation = onlySubmitted();
        assertThat(argument(activation)).isEqualTo("three apples");
        assertThat(activation(activation).trigger())
                .isEqualTo(new Trigger(Trigger.SOURCE, id, Long.toString(sequence)));
        assertThat(activation(activation).owner()).isEqualTo(owner);
        awaitLag("orders", 0);
        assertThat(user.get("/v1/activations?trigger=" + id).items()).hasSize(1);
    }

    @Test
    void givenTheSameSubjectOfAnotherUser_whenPublished_thenNothingIsSubmitted() throws Exception {
        source("{'subject': '>'}");
        var mine = owner;
        owner = Ids.user(Instant.now());
        publish("orders.new", "of another user");
        owner = mine;
        publish("orders.new", "mine");

        assertThat(argument(onlySubmitted())).isEqualTo("mine");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'as': 'pointer', 'pointer': '/a/b'}   | {"a": {"b": 7}}   | 7
            {'as': 'pointer', 'pointer': '/a'}     | {"a": "x"}        | x
            {'as': 'pointer', 'pointer': '/c', 'default': 'none'} | {} | none
            """)
    void givenAPointer_whenPublished_thenTheArgumentIsThere(String mapping, String message, String argument)
            throws Exception {
        source("{'body': " + mapping + "}");

        publish("orders.new", message);

        assertThat(argument(onlySubmitted())).isEqualTo(argument);
    }

    @Test
    void givenCloudEvents_whenPublished_thenTheyAreReadAndOtherMessagesAreWrapped() throws Exception {
        var id = source("{'body': {'as': 'cloudevent'}}");
        var headers = Map.of(
                "ce-specversion",
                "1.0",
                "ce-id",
                "e1",
                "ce-type",
                "order",
                "ce-source",
                "/shop",
                "content-type",
                "application/json");

        publish("orders.new", "{\"n\": 3}".getBytes(StandardCharsets.UTF_8), headers);
        Await.eventually(() -> submitted().size() == 1);
        long sequence = publish("orders.new", "plain");
        Await.eventually(() -> submitted().size() == 2);

        var first = new JsonObject(argument(submitted().getFirst()));
        assertThat(first.getString("id")).isEqualTo("e1");
        assertThat(first.getJsonObject("data").getInteger("n")).isEqualTo(3);
        var second = new JsonObject(argument(submitted().getLast()));
        assertThat(second.getMap())
                .containsEntry("id", id + "-" + sequence)
                .containsEntry("source", "/v1/sources/" + id)
                .containsEntry("subject", "orders.new")
                .containsEntry("data", "plain");
    }

    /** They would be refused again and again. */
    @Test
    void givenMessagesThatCanBeNoArgument_whenPublished_thenTheyAreDroppedAndTheSourceSaysSo() throws Exception {
        user.post(
                "/v1/destinations",
                new JsonObject()
                        .put("name", "failing")
                        .put("url", "https://erp.example/")
                        .put("events", JsonArray.of("source.failing")));
        source("{}");

        publish("orders.new", new byte[] {(byte) 0xff}, Map.of());
        publish("orders.new", "x".repeat(131_072));
        publish("orders.new", "good");

        assertThat(argument(onlySubmitted())).isEqualTo("good");
        awaitLag("orders", 0);
        Await.eventually(() -> get("orders").getString("state").equals("failing"));
        assertThat(get("orders").getString("lastError")).contains("refused for good");
        assertThat(user.get("/v1/deliveries").items())
                .as("one event for one failure")
                .hasSize(1);
    }

    @Test
    void givenAPausedSource_whenPublished_thenMessagesWaitUntilItIsResumed() throws Exception {
        source("{'paused': true}");
        assertThat(get("orders").getString("state")).isEqualTo("paused");

        publish("orders.new", "early");
        awaitLag("orders", 1);
        assertThat(submitted()).isEmpty();
        assertThat(user.send("POST", PATH + "/orders/resume", "").json().getBoolean("paused"))
                .isFalse();

        assertThat(argument(onlySubmitted())).isEqualTo("early");
        var activation = activation(onlySubmitted());
        assertThat(activation.submittedAt()).as("not the time of the message").isAfter(Ids.timeOf(activation.id()));
        user.send("POST", PATH + "/orders/pause", "");
        assertThat(get("orders").getString("state")).isEqualTo("paused");
    }

    @Test
    void givenAChange_whenMade_thenItIsAudited() throws Exception {
        source("{}");
        user.send("POST", PATH + "/orders/pause", "");
        user.send("POST", PATH + "/orders/resume", "");
        user.send("PATCH", PATH + "/orders", "{\"maxInFlight\": 7}");
        user.send("DELETE", PATH + "/orders", "");

        assertThat(registry.backends.text("select string_agg(action, ' ' order by seq) from audit where project = '"
                        + owner + "' and action like 'source.%'"))
                .isEqualTo("source.create source.pause source.resume source.update source.delete");
    }

    /** Without a consumer nothing holds messages that nobody will read. */
    @Test
    void givenAFunctionOrASource_whenDeleted_thenTheConsumerIsDeletedToo() {
        var first = source("{}");
        var second = source("{'name': 'two'}");

        user.send("DELETE", PATH + "/two", "");
        user.send("DELETE", "/v1/functions/bill", "");

        assertThat(user.get(PATH + "/two").code()).isEqualTo("source_not_found");
        assertThat(get("orders").getString("state")).isEqualTo("function_deleted");
        assertThat(user.send("POST", PATH + "/orders/resume", "").json().getString("state"))
                .isEqualTo("function_deleted");
        Await.eventually(() -> !consumers().contains(first));
        assertThat(consumers()).doesNotContain(second);
    }

    /** It pulls no more until what refuses may be over. */
    @Test
    void givenAFunctionThatRefusesSubmits_whenPublished_thenTheSourceWaitsAndGoesOnLater() throws Exception {
        user.post("/v1/functions/bill/pause", new JsonObject().put("submits", "refuse"));
        source("{}");

        publish("orders.new", "early");
        Await.eventually(() -> get("orders").getString("state").equals("waiting")
                && get("orders").getString("lastError") != null);

        assertThat(get("orders").getString("lastError")).startsWith("function_paused");
        assertThat(get("orders").getInteger("lag")).isEqualTo(1);
        user.send("POST", "/v1/functions/bill/resume", "");
        assertThat(argument(onlySubmitted())).isEqualTo("early");
        awaitLag("orders", 0);
        Await.eventually(() -> get("orders").getString("state").equals("running"));
    }
}
