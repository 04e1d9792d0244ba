package dev.faas.registry;

import dev.faas.activation.Snapshot;
import dev.faas.testing.Await;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

/** A registry with a dispatcher, and a function with schedules. */
abstract class TickFixture extends RegistryFixture {
    String functionId;

    @BeforeEach
    void newFunction() {
        functionId = createWithQueue("report");
    }

    /** Returns its id. */
    String schedule(String name, JsonObject changes) {
        var body = new JsonObject().put("name", name).put("function", "report").mergeIn(changes);
        var made = user.send("POST", "/v1/schedules", body.encode());
        if (made.status() != 201) {
            throw new AssertionError(made.text());
        }
        return made.json().getString("id");
    }

    /** With one time, so far ahead. */
    String scheduleIn(Duration ahead, JsonObject changes) {
        return schedule(
                "once", new JsonObject().put("at", soon(ahead).toString()).mergeIn(changes));
    }

    static Instant soon(Duration ahead) {
        return Instant.now().plus(ahead).truncatedTo(ChronoUnit.MILLIS);
    }

    static JsonObject changes(String json) {
        return new JsonObject(json.replace('\'', '"'));
    }

    JsonObject get(String name) {
        return user.get("/v1/schedules/" + name).json();
    }

    /** Newest first. */
    List<JsonObject> ticks(String name) {
        return user.get("/v1/schedules/" + name + "/ticks?limit=100").items().stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    /** In the order of their times. */
    List<String> outcomes(String name) {
        return ticks(name).reversed().stream()
                .map(tick -> tick.getString("outcome"))
                .toList();
    }

    JsonObject onlyTick(String name, String outcome) {
        Await.eventually(() -> outcomes(name).equals(List.of(outcome)));
        return ticks(name).getFirst();
    }

    static Optional<Snapshot> inStream(String activationId) {
        return events.last(activationId).join();
    }

    /** All accepted activations of this user, in any state. */
    long acceptedCount() throws Exception {
        return registry.backends.number("select count(*) from activation where owner = '" + owner + "'");
    }

    /** A row as a dispatcher leaves it that has died after its claim. */
    void insertClaimed(String scheduleId, Instant nominal, String activationId) throws Exception {
        registry.backends.run("""
                insert into tick (schedule_id, nominal, kind, owner, outcome, activation_id, due_at, leased_until, alive)
                values ('%1$s', '%2$s', 'schedule', '%3$s', 'claimed', '%4$s', '%2$s', now(), true)""".formatted(scheduleId, nominal, owner, activationId));
    }

    /** A record of an activation that the event stream has no more. */
    void insertPruned(String activationId) throws Exception {
        registry.backends.run("""
                insert into activation (id, owner, function_id, function_name, status, submitted_at, finished_at, tags,
                    sequence, record, pruned)
                values ('%s', '%s', '%s', 'report', 'succeeded', now(), now(), '{}', 1, '', true)""".formatted(activationId, owner, functionId));
    }
}
