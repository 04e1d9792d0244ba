package dev.faas.registry;

import dev.faas.activation.Activation;
import dev.faas.testing.Await;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;

/** A registry with a dispatcher, and a function whose sources read subjects. */
abstract class SourceFixture extends RegistryFixture {
    static final String PATH = "/v1/sources";

    String functionId;

    @BeforeEach
    void newFunction() {
        functionId = createWithQueue("bill");
    }

    static JsonObject body(String changes) {
        return new JsonObject()
                .put("name", "orders")
                .put("function", "bill")
                .put("subject", "orders.*")
                .mergeIn(new JsonObject(changes.replace('\'', '"')));
    }

    /** Returns its id. */
    String source(String changes) {
        var made = user.post(PATH, body(changes));
        if (made.status() != 201) {
            throw new AssertionError(made.text());
        }
        return made.json().getString("id");
    }

    JsonObject get(String name) {
        return user.get(PATH + "/" + name).json();
    }

    /** As a gateway does. Returns its sequence. */
    long publish(String subject, byte[] message, Map<String, String> headers) {
        return Await.await(
                registry.bus.stream(Subjects.INBOX).append(Subjects.inbox(owner, subject), headers, message));
    }

    long publish(String subject, String message) {
        return publish(subject, message.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /** Activations of the function that are in the ledger, oldest first. */
    List<String> submitted() throws Exception {
        var ids = registry.backends.text("select coalesce(string_agg(id, ' ' order by id), '') from activation"
                + " where function_id = '" + functionId + "'");
        return ids.isEmpty() ? List.of() : List.of(ids.split(" "));
    }

    /** Its only one. */
    String onlySubmitted() throws Exception {
        Await.eventually(() -> submitted().size() == 1);
        return submitted().getFirst();
    }

    static Activation activation(String id) {
        return events.last(id).join().orElseThrow().record().activation();
    }

    static String argument(String id) {
        return events.runSpec(id).join().orElseThrow().argument();
    }

    void awaitLag(String name, int messages) {
        Await.eventually(() -> Integer.valueOf(messages).equals(get(name).getInteger("lag")));
    }
}
