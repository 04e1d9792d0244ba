package dev.faas.registry;

import dev.faas.activation.ActivationRecord;
import dev.faas.testing.Await;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;

/** A registry with a dispatcher, a function, and activations of it that the ledger knows. */
abstract class JobFixture extends RegistryFixture {
    static final String JOBS = "/v1/jobs";

    String functionId;

    @BeforeEach
    void createFunction() {
        functionId = createWithQueue("resize");
    }

    static JsonObject json(String text) {
        return new JsonObject(text.replace('\'', '"'));
    }

    Story queued(String argument) {
        return queued(functionId, "resize", argument, Instant.now());
    }

    Story queued(String function, String name, String argument, Instant at) {
        var story = Story.accepted(
                registry.bus, Story.activation(owner, function, name, at, Map.of("order", argument)), argument);
        awaitStatus(story.id(), "queued");
        return story;
    }

    /** Its attempts are spent. */
    String failed(String function, String name, String argument) {
        var story = queued(function, name, argument, Instant.now());
        do {
            story.claimed("run-" + argument).failed(Duration.ZERO);
        } while (story.record() instanceof ActivationRecord.Queued);
        awaitStatus(story.id(), "failed");
        return story.id();
    }

    String failed(String argument) {
        return failed(functionId, "resize", argument);
    }

    void awaitStatus(String id, String status) {
        Await.eventually(() -> {
            var found = user.get("/v1/activations/" + id);
            return found.status() == 200 && found.json().getString("status").equals(status);
        });
    }

    String make(String path, String body) {
        var made = user.post(path, json(body));
        if (made.status() != 202) {
            throw new AssertionError(made.text());
        }
        return made.json().getString("jobId");
    }

    JsonObject job(String id) {
        return user.get(JOBS + "/" + id).json();
    }

    JsonObject ended(String id) {
        Await.eventually(() -> job(id).getString("endedAt") != null);
        return job(id);
    }
}
