package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.Callback.Outcome;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ends that go where the submit says. */
class CallbacksTest extends DestinationFixture {
    private static final List<Outcome> ANY = List.of(Outcome.values());

    private String secret() {
        return user.send("POST", "/v1/callback-secret", "").json().getString("secret");
    }

    private static Activation.Callback to(@Nullable String url, @Nullable String destination, List<Outcome> on) {
        return new Activation.Callback(url, destination, on);
    }

    private Story accept(Activation.Callback callback) {
        var plain = Story.activation(owner, functionId, "resize", Instant.now(), Map.of());
        return Story.accepted(registry.bus, Records.with(plain, "callback", callback), "x");
    }

    private String succeed(Activation.Callback callback) {
        return accept(callback).claimed("run-1").succeeded("done", 4, 0).id();
    }

    private String cancel(Activation.Callback callback) {
        var id = accept(callback).id();
        cancel(id);
        return id;
    }

    private JsonObject deliveryOf(String activation, String state) {
        var path = "/v1/deliveries?activation=" + activation;
        Await.eventually(() -> user.get(path).items().size() == 1
                && user.get(path).items().getJsonObject(0).getString("state").equals(state));
        return user.get(path).items().getJsonObject(0);
    }

    @Test
    void givenACallbackWithAUrl_whenItsActivationEnds_thenTheEventArrivesThereSignedByTheOwnersSecret() {
        var first = secret();
        var second = secret();

        var id = succeed(to(receiver.url() + "/of?this=one", null, ANY));

        deliveryOf(id, "succeeded");
        assertThat(receiver.received()).hasSize(1);
        var request = receiver.received().getFirst();
        assertThat(request.id()).isEqualTo("evt_" + id);
        assertThat(request.isSignedBy(first)).as("the old one signs for a day").isTrue();
        assertThat(request.isSignedBy(second)).isTrue();
        assertThat(request.json()
                        .getJsonObject("data")
                        .getJsonObject("callback")
                        .getString("url"))
                .endsWith("/events/of?this=one");
        assertThat(request.target()).isEqualTo("/events/of?this=one");
        assertThat(user.get(PATH).items()).as("no destination of its own").isEmpty();
    }

    @Test
    void givenAsManyOriginsAsAnOwnerMayHave_whenActivationsEnd_thenOnlyThoseOfKnownOnesAreSent() throws Exception {
        secret();
        deliveryOf(succeed(to(receiver.url(), null, ANY)), "succeeded");
        registry.backends.run(
                "insert into destination (id, owner, name, version, spec, events, functions, tags, max_in_flight,"
                        + " secrets, implicit, created_at, updated_at) select 'dst_' || n, owner, 'o' || n, 1, spec, '{}', '{}', '{}', 1,"
                        + " secrets, true, now(), now() from destination, generate_series(1, 999) as n where owner = '"
                        + owner + "'");

        var dropped = succeed(to("https://receiver.example/x", null, ANY));
        var sent = succeed(to(receiver.url(), null, ANY));

        deliveryOf(sent, "succeeded");
        Await.eventually(() -> registry.backends.number("select count(*) from ended") == 0);
        assertThat(user.get("/v1/deliveries?activation=" + dropped).items()).isEmpty();
    }

    @Test
    void givenAnOutcome_whenActivationsEnd_thenOnlyThoseOfItAreSent() {
        secret();

        var sent = List.of(
                cancel(to(receiver.url(), null, List.of(Outcome.FAILURE))),
                succeed(to(receiver.url(), null, List.of(Outcome.SUCCESS))));
        var not = List.of(
                succeed(to(receiver.url(), null, List.of(Outcome.FAILURE))),
                cancel(to(receiver.url(), null, List.of(Outcome.SUCCESS))));

        sent.forEach(id -> deliveryOf(id, "succeeded"));
        Await.eventually(() -> registry.backends.number("select count(*) from ended") == 0);
        not.forEach(id ->
                assertThat(user.get("/v1/deliveries?activation=" + id).items()).isEmpty());
    }

    @Test
    void givenADestinationThatSelectsTheEndToo_whenItIsTheCallback_thenItGetsTheEventOnce() {
        var id = destination("erp", new JsonObject()).getString("id");
        var quiet = destination("quiet", new JsonObject().put("events", List.of("activation.expired")))
                .getString("id");

        var both = succeed(to(null, id, ANY));
        var one = cancel(to(null, quiet, ANY));

        assertThat(deliveryOf(both, "succeeded").getString("destination")).isEqualTo(id);
        assertThat(deliveryOf(one, "succeeded").getString("destination")).isEqualTo(quiet);
        assertThat(receiver.received()).hasSize(2);
    }

    @Test
    void givenDestinationsOfTheFunction_whenActivationsEnd_thenEachGetsItsOnce() {
        var ids = Stream.of("good", "bad", "all")
                .map(name -> destination(name, new JsonObject().put("events", List.of("activation.expired")))
                        .getString("id"))
                .toList();
        var named = new FunctionSpec.Destinations(
                List.of("good", "nobodys"), List.of(ids.get(1)), List.of("all", ids.get(2)));
        var plain = Records.with(
                Story.activation(owner, functionId, "resize", Instant.now(), Map.of()), "destinations", named);
        var succeeded = Story.accepted(registry.bus, plain, "x")
                .claimed("run-1")
                .succeeded("done", 4, 0)
                .id();
        var other = Records.with(plain, "id", Ids.activation(Instant.now()));
        cancel(Story.accepted(registry.bus, other, "x").id());

        Await.eventually(
                () -> user.get("/v1/deliveries?state=succeeded").items().size() == 4);
        assertThat(activations(ids.get(0))).containsExactly(succeeded);
        assertThat(activations(ids.get(1))).containsExactly(other.id());
        assertThat(activations(ids.get(2))).containsExactlyInAnyOrder(succeeded, other.id());
    }

    private List<String> activations(String destination) {
        return deliveries(destination).stream()
                .map(delivery -> delivery.getString("activationId"))
                .toList();
    }

    /** Another callback of the origin may have another receiver. */
    @Test
    void givenAReceiverThatIsGone_whenAnEventIsSent_thenThatDeliveryAloneFails() {
        secret();
        receiver.answersOnce(410);
        var gone = succeed(to(receiver.url(), null, ANY));
        assertThat(deliveryOf(gone, "failed").getString("reason")).isEqualTo("gone");

        deliveryOf(succeed(to(receiver.url(), null, ANY)), "succeeded");
    }

    @ParameterizedTest
    @CsvSource({
        "url, https://example.com/, 409, callback_secret_missing",
        "url, http://127.0.0.1:1/, 409, callback_secret_missing",
        "url, https://10.0.0.1/, 422, address_forbidden",
        "destination, nobodys, 404, destination_not_found"
    })
    void givenACallbackThatCannotBe_whenItIsResolved_thenItIsRefused(
            String field, String value, int status, String code) {
        var refused = user.post("/v1/callbacks", new JsonObject().put(field, value));

        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.code()).isEqualTo(code);
    }

    @Test
    void givenADestinationsName_whenTheCallbackIsResolved_thenItsIdIsTheAnswer() throws Exception {
        secret();
        deliveryOf(succeed(to(receiver.url(), null, ANY)), "succeeded");
        var id = destination("erp", new JsonObject()).getString("id");
        var implicit = registry.backends.text("select id from destination where implicit and owner = '" + owner + "'");

        assertThat(user.post("/v1/callbacks", new JsonObject().put("destination", "erp"))
                        .json()
                        .getString("destination"))
                .isEqualTo(id);
        assertThat(user.post("/v1/callbacks", new JsonObject().put("destination", implicit))
                        .code())
                .isEqualTo("destination_not_found");
        assertThat(user.post("/v1/callbacks", new JsonObject().put("url", receiver.url()))
                        .json()
                        .getString("destination"))
                .isNull();
    }

    @Test
    void givenAnOriginWithoutCallbacksForAWeek_whenMaintained_thenItsRowGoes() throws Exception {
        secret();
        deliveryOf(succeed(to(receiver.url(), null, ANY)), "succeeded");
        var count = "select count(*) from destination where owner = '" + owner + "'";
        registry.backends.run("insert into destination select (jsonb_populate_record(d, jsonb_build_object("
                + "'id', d.id || 'x', 'name', 'https://unused.example'))).* from destination d where owner = '"
                + owner + "'");
        assertThat(registry.backends.number(count)).isEqualTo(2);

        registry.backends.run(
                "update destination set created_at = now() - interval '9 days' where owner = '" + owner + "'");

        Await.eventually(() -> registry.backends.number(count) == 1);
        assertThat(registry.backends.text("select name from destination where owner = '" + owner + "'"))
                .startsWith("http://127.0.0.1:");
    }
}
