package dev.faas.registry;

import dev.faas.testing.Await;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A registry with a dispatcher, a receiver of webhooks, and a function. */
abstract class DestinationFixture extends RegistryFixture {
    static final String PATH = "/v1/destinations";

    WebhookReceiver receiver;
    String functionId;

    @BeforeEach
    void open() {
        receiver = new WebhookReceiver(registry.vertx);
        functionId = createWithQueue("resize");
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    static JsonObject body(String name, String url) {
        return new JsonObject().put("name", name).put("url", url).put("events", List.of("activation.succeeded"));
    }

    /** Returns it with its secret. */
    JsonObject destination(String name, JsonObject changes) {
        var made = user.post(PATH, body(name, receiver.url()).mergeIn(changes));
        if (made.status() != 201) {
            throw new AssertionError(made.text());
        }
        return made.json();
    }

    /** An activation that has succeeded. Returns its id. */
    String succeed(Map<String, String> tags) {
        return accept(tags).claimed("run-1").succeeded("done", 4, 0).id();
    }

    String succeed() {
        return succeed(Map.of());
    }

    String cancel() {
        var id = accept(Map.of()).id();
        cancel(id);
        return id;
    }

    private Story accept(Map<String, String> tags) {
        return Story.accepted(registry.bus, Story.activation(owner, functionId, "resize", Instant.now(), tags), "x");
    }

    /** Of one destination, newest first. */
    List<JsonObject> deliveries(String destination) {
        return user.get("/v1/deliveries?limit=100&destination=" + destination).items().stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    JsonObject onlyDelivery(String destination, String state) {
        Await.eventually(() -> {
            var found = deliveries(destination);
            return found.size() == 1 && found.getFirst().getString("state").equals(state);
        });
        return delivery(deliveries(destination).getFirst().getString("deliveryId"));
    }

    JsonObject delivery(String id) {
        return user.get("/v1/deliveries/" + id).json();
    }

    /** Its next attempt is due. */
    void makeDue(String destination) throws Exception {
        registry.backends.run("update delivery set due_at = now() where destination_id = '" + destination
                + "' and due_at is not null");
    }

    /** The circuit is as if its time were over. */
    void endPause(String destination) throws Exception {
        registry.backends.run("update destination set open_until = now() where id = '" + destination
                + "' and open_until is not null");
    }
}
