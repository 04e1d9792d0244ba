package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.testing.HttpAnswer;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Destinations as their users see them. */
class DestinationsTest extends DestinationFixture {
    private static final String RECEIVER = "https://erp.example/faas";

    @Test
    void givenALeastDefinition_whenCreatedAndRead_thenTheDefaultsAreFilledInAndTheSecretIsShownOnce() {
        var made = user.post(PATH, body("erp", RECEIVER));

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("ETag")).isEqualTo("\"1\"");
        var destination = made.json();
        assertThat(Ids.isDestination(destination.getString("id"))).isTrue();
        assertThat(made.header("Location")).isEqualTo(PATH + "/" + destination.getString("id"));
        assertThat(destination.remove("secret")).asString().startsWith("whsec_");
        assertThat(destination.getMap())
                .containsEntry("kind", "webhook")
                .containsEntry("format", "standard")
                .containsEntry("timeoutSeconds", 15)
                .containsEntry("maxInFlight", 10)
                .containsEntry("enabled", true)
                .containsEntry("failures", 0)
                .containsEntry("circuitOpenUntil", null);
        for (var ref : List.of("erp", destination.getString("id"))) {
            assertThat(user.get(PATH + "/" + ref).json()).isEqualTo(destination);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'name': 'No'}                           | name
            {'kind': 'letter'}                       | kind
            {'function': 'resize'}                   | function
            {'url': null}                            | url
            {'url': 'ftp://erp.example'}             | url
            {'url': 'https://017700000001/'}         | url
            {'events': []}                           | events
            {'events': ['activation.queued']}        | events[0]
            {'functions': ['a b']}                   | functions[0]
            {'format': 'cloudevents-binary'}         | format
            {'headers': {'Host': 'x'}}               | headers.Host
            {'headers': {'Webhook-Id': 'x'}}         | headers.Webhook-Id
            {'headers': {'A': 'x', 'a': 'y'}}        | headers.a
            {'secret': 'whsec_short'}                | secret
            {'timeoutSeconds': 31}                   | timeoutSeconds
            {'maxInFlight': 0}                       | maxInFlight
            {'colour': 'green'}                      | colour
            """)
    void givenAnInvalidDefinition_whenCreated_thenItsFieldIsNamed(String changes, String field) {
        var refused = user.post(PATH, body("erp", RECEIVER).mergeIn(new JsonObject(changes.replace('\'', '"'))));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().getJsonArray("errors").getJsonObject(0).getString("field"))
                .isEqualTo(field);
    }

    @Test
    void givenLongHeaders_whenCreated_thenTheirSumIsLimited() {
        var headers = new JsonObject().put("A", "x".repeat(4_096)).put("B", "x".repeat(4_094));
        var destination = body("erp", RECEIVER).put("headers", headers);
        assertThat(user.post(PATH, destination).status()).isEqualTo(201);

        headers.put("C", "");
        var refused = user.post(PATH, destination.put("name", "other"));

        assertThat(refused.fields()).containsExactly("headers");
    }

    @ParameterizedTest
    @CsvSource({
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://registry-service/",
        "https://[::ffff:192.168.0.1]/"
    })
    void givenAForbiddenAddress_whenCreatedOrChanged_thenItIsRefused(String url) {
        user.post(PATH, body("erp", RECEIVER));

        assertThat(user.post(PATH, body("other", url)).code()).isEqualTo("address_forbidden");
        var change = user.send(
                "PATCH", PATH + "/erp", new JsonObject().put("url", url).encode());
        assertThat(change.status()).isEqualTo(422);
        assertThat(user.get(PATH + "/erp").json().getString("url")).isEqualTo(RECEIVER);
    }

    @Test
    void givenATakenNameOrAQuota_whenCreated_thenNothingIsStored() throws Exception {
        user.post(PATH, body("erp", RECEIVER));
        assertThat(user.post(PATH, body("erp", RECEIVER)).code()).isEqualTo("name_taken");
        registry.backends.run("insert into quota (owner, limits) values ('" + owner + "', '{\"destinations\": 1}')");

        assertThat(user.post(PATH, body("two", RECEIVER)).code()).isEqualTo("quota_exceeded");

        assertThat(names(user.get(PATH))).containsExactly("erp");
        var quota = user.get("/v1/projects/" + owner + "/quota").json();
        assertThat(quota.getJsonObject("used").getInteger("destinations")).isEqualTo(1);
    }

    @Test
    void givenAnotherUser_whenAsked_thenNeitherDestinationNorDeliveryExists() throws Exception {
        var id = destination("erp", new JsonObject()).getString("id");
        succeed();
        var delivery = onlyDelivery(id, "succeeded").getString("deliveryId");
        var other = registry.client();

        assertThat(other.get(PATH + "/" + id).code()).isEqualTo("destination_not_found");
        assertThat(other.send("POST", PATH + "/" + id + "/test", "").code()).isEqualTo("destination_not_found");
        assertThat(other.get("/v1/deliveries/" + delivery).code()).isEqualTo("delivery_not_found");
        assertThat(other.send("POST", "/v1/deliveries/" + delivery + "/redeliver", "")
                        .code())
                .isEqualTo("delivery_not_found");
        assertThat(other.get("/v1/deliveries").items()).isEmpty();
    }

    @Test
    void givenSecrets_whenStored_thenNeitherTheDatabaseNorAResponseHasThem() throws Exception {
        var secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        var made = user.post(
                PATH,
                body("erp", RECEIVER)
                        .put("secret", secret)
                        .put("headers", new JsonObject().put("Authorization", "Bearer hunter2")));

        assertThat(made.json().getString("secret")).isEqualTo(secret);
        var stored = registry.backends.text("select encode(secrets, 'escape') || encode(spec, 'escape')"
                + " from destination where owner = '" + owner + "'");
        var shown = user.get(PATH + "/erp").text();
        for (var text : List.of(stored, shown, audit())) {
            assertThat(text).doesNotContain("hunter2").doesNotContain("MfKQ9r8GKY");
        }
        assertThat(user.get(PATH + "/erp").json().getJsonArray("headerNames")).isEqualTo(JsonArray.of("Authorization"));
    }

    private String audit() throws Exception {
        return registry.backends.text(
                "select string_agg(action || changes::text, ' ' order by seq) from audit where project = '" + owner
                        + "'");
    }

    /** The merge patch of the headers is of their stored values, which no response has. */
    @Test
    void givenHeaders_whenPatched_thenTheOthersStay() {
        destination(
                "erp",
                new JsonObject()
                        .put("headers", new JsonObject().put("X-One", "1").put("X-Two", "2")));

        user.send("PATCH", PATH + "/erp", "{\"headers\": {\"X-One\": null, \"X-Three\": \"3\"}}");
        user.send("POST", PATH + "/erp/test", "");

        assertThat(receiver.received().getFirst().headers())
                .containsEntry("x-two", "2")
                .containsEntry("x-three", "3")
                .doesNotContainKey("x-one");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PUT   | {}                | true
            PUT   | {'headers': null} | true
            PUT   | {'headers': {}}   | false
            PATCH | {'headers': null} | false
            """)
    void givenHeaders_whenTheyAreNotNamed_thenTheyStay(String method, String members, boolean stay) {
        destination("erp", new JsonObject().put("headers", new JsonObject().put("X-One", "1")));
        var body = new JsonObject(members.replace('\'', '"'));

        user.send(
                method,
                PATH + "/erp",
                (method.equals("PUT") ? body("erp", receiver.url()).mergeIn(body) : body).encode());

        assertThat(user.get(PATH + "/erp").json().getJsonArray("headerNames"))
                .isEqualTo(stay ? JsonArray.of("X-One") : new JsonArray());
    }

    /** A token that may change a destination, but does not know its headers, must not send them elsewhere. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PATCH | http://127.0.0.1:1/ | {}                          | headers_required
            PUT   | http://127.0.0.1:1/ | {}                          | headers_required
            PATCH | http://127.0.0.1:1/ | {"headers": {"X-Two": "2"}} | X-Two
            PUT   | http://127.0.0.1:1/ | {"headers": {"X-Two": "2"}} | X-Two
            PATCH | http://127.0.0.1:1/ | {"headers": null}           | ''
            PATCH | another path        | {}                          | X-One
            """)
    void givenHeaders_whenTheReceiverChanges_thenTheyMustBeGiven(
            String method, String url, String members, String expected) {
        destination("erp", new JsonObject().put("headers", new JsonObject().put("X-One", "1")));
        var changes = new JsonObject(members).put("url", url.equals("another path") ? receiver.url() + "/more" : url);

        var changed = user.send(
                method, PATH + "/erp", (method.equals("PUT") ? body("erp", "").mergeIn(changes) : changes).encode());

        assertThat(changed.status() == 200 ? names(changed.json()) : changed.code())
                .isEqualTo(expected);
    }

    private static String names(JsonObject destination) {
        return destination.getJsonArray("headerNames").stream()
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    /** Such as one that answered 410: applying the same file again does not enable it. */
    @Test
    void givenADisabledDestination_whenReplacedWithoutSayingEnabled_thenItStaysDisabled() {
        destination("erp", new JsonObject().put("enabled", false));

        assertThat(user.put(PATH + "/erp", body("erp", receiver.url())).json().getBoolean("enabled"))
                .isFalse();
    }

    /** The file of keys has a new first line; the others can be removed from it later. */
    @Test
    void givenSecretsThatNoKeyEncrypted_whenTheRegistryStarts_thenTheFirstKeyEncryptsThem() throws Exception {
        var id = destination("erp", new JsonObject()).getString("id");
        var secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        var plain = new JsonObject()
                .put("v", 1)
                .put("keys", JsonArray.of(new JsonObject().put("secret", secret)))
                .put("headers", new JsonObject());
        registry.withoutAny(() -> registry.backends.run("update destination set kek = null, secrets = convert_to('"
                + plain.encode() + "', 'UTF8') where id = '" + id + "'"));
        user = registry.client(owner); // at another port

        Await.eventually(() -> registry.backends
                .text("select kek is not null and position('whsec' in encode(secrets, 'escape')) = 0 from destination"
                        + " where id = '" + id + "'")
                .equals("t"));
        user.send("POST", PATH + "/erp/test", "");
        assertThat(receiver.received().getFirst().isSignedBy(secret)).isTrue();
    }

    @Test
    void givenAnEntityTag_whenChangedWithAnotherOne_thenItIsRefused() {
        destination("erp", new JsonObject());

        assertThat(user.patch(PATH + "/erp", new JsonObject().put("timeoutSeconds", 6), "If-Match", "\"2\"")
                        .code())
                .isEqualTo("precondition_failed");
        assertThat(user.put(PATH + "/erp", body("erp", receiver.url()).put("timeoutSeconds", 5))
                        .header("ETag"))
                .isEqualTo("\"2\"");
        assertThat(user.put(PATH + "/erp", body("erp", receiver.url()).put("timeoutSeconds", 5))
                        .header("ETag"))
                .as("nothing changes")
                .isEqualTo("\"2\"");
    }

    @Test
    void givenChanges_whenTheAuditLogIsRead_thenItHasThemAndTheHostOnly() throws Exception {
        user.post(PATH, body("erp", "https://erp.example/key/hunter2"));
        user.send("POST", PATH + "/erp/rotate", "");
        user.send("POST", PATH + "/erp/disable", "");
        user.send("POST", PATH + "/erp/enable", "");
        user.send("PATCH", PATH + "/erp", "{\"maxInFlight\": 1}");
        assertThat(user.send("DELETE", PATH + "/erp", "").status()).isEqualTo(204);

        assertThat(registry.backends.text("select string_agg(action, ' ' order by seq) from audit where project = '"
                        + owner + "' and action like 'destination%'"))
                .isEqualTo("destination.create destination.rotate destination.disable destination.enable"
                        + " destination.update destination.delete");
        assertThat(audit()).contains("erp.example").doesNotContain("hunter2");
        assertThat(user.get(PATH + "/erp").status()).isEqualTo(404);
    }

    private static List<String> names(HttpAnswer page) {
        return page.items().stream()
                .map(item -> ((JsonObject) item).getString("name"))
                .toList();
    }
}
