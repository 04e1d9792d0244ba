package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation.Cause;
import dev.faas.activation.Activation.Trigger;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Destinations that publish events on subjects: a source of {@code thumb} reads them. */
class SubjectDestinationsTest extends DestinationFixture {
    private String thumb;
    private String source;

    @BeforeEach
    void createSource() {
        thumb = createWithQueue("thumb");
        var made = user.post(
                "/v1/sources",
                new JsonObject("{\"name\": \"ends\", \"function\": \"thumb\", \"subject\": \"ends.>\","
                        + " \"body\": {\"as\": \"cloudevent\"}}"));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        source = made.json().getString("id");
    }

    private static JsonObject publication(String changes) {
        return new JsonObject()
                .put("name", "bus")
                .put("kind", "subject")
                .put("subject", "ends.resize")
                .put("functions", JsonArray.of("resize"))
                .put("events", JsonArray.of("activation.succeeded"))
                .mergeIn(new JsonObject(changes.replace('\'', '"')));
    }

    private String onlyCalled() throws Exception {
        var called = "select coalesce(string_agg(id, ' '), '') from activation where function_id = '" + thumb + "'";
        Await.eventually(() -> registry.backends.text(called).length() == 26);
        return registry.backends.text(called);
    }

    /** Both forms are the same event. */
    @ParameterizedTest
    @CsvSource({"cloudevents-structured", "cloudevents-binary"})
    void givenAnEnd_whenPublished_thenItIsACloudEventWhoseSourceSubmitsTheNext(String format) throws Exception {
        var made = user.post(PATH, publication("{'format': '" + format + "'}"));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.json().getMap())
                .containsEntry("subject", "ends.resize")
                .containsEntry("format", format)
                .containsEntry("url", null)
                .containsEntry("secret", null);
        assertThat(user.send("PATCH", PATH + "/bus", "{\"maxInFlight\": 2}").status())
                .isEqualTo(200);

        var first = succeed();

        var next = onlyCalled();
        var activation = events.last(next).join().orElseThrow().record().activation();
        assertThat(activation.cause()).isEqualTo(new Cause(first, 1));
        assertThat(activation.trigger()).extracting(Trigger::type, Trigger::id).containsExactly(Trigger.SOURCE, source);
        var event = new JsonObject(events.runSpec(next).join().orElseThrow().argument());
        assertThat(event.getMap())
                .containsEntry("specversion", "1.0")
                .containsEntry("id", "evt_" + first)
                .containsEntry("source", "/v1/functions/" + functionId)
                .containsEntry("type", "dev.faas.activation.succeeded")
                .containsEntry("subject", first)
                .containsEntry("datacontenttype", "application/json");
        assertThat(event.getJsonObject("data").getString("activationId")).isEqualTo(first);
        assertThat(onlyDelivery(made.json().getString("id"), "succeeded")
                        .getJsonArray("attempts")
                        .getJsonObject(0)
                        .getInteger("status"))
                .isEqualTo(202);
    }

    @Test
    void givenALongChain_whenItEnds_thenItIsNotPublishedAnyMore() throws Exception {
        var id = user.post(PATH, publication("{}")).json().getString("id");
        var deep = Records.with(
                Story.activation(owner, functionId, "resize", Instant.now(), Map.of()),
                "cause",
                new Cause(Ids.activation(Instant.now()), Cause.MAX_DEPTH));

        Story.accepted(registry.bus, deep, "x").claimed("run-1").succeeded("done", 4, 0);

        assertThat(onlyDelivery(id, "failed").getString("reason")).isEqualTo("chain_too_deep");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'subject': null}            | subject
            {'subject': 'ends.*'}        | subject
            {'function': 'thumb'}        | function
            {'url': 'https://e.org/'}    | url
            {'secret': 'whsec_x'}        | secret
            {'format': 'standard'}       | format
            """)
    void givenAnInvalidDefinition_whenCreated_thenItsFieldIsNamed(String changes, String field) {
        var refused = user.post(PATH, publication(changes));

        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.json().getJsonArray("errors").getJsonObject(0).getString("field"))
                .isEqualTo(field);
    }
}
