package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Reason;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists find and show activations of every state. */
class LedgerStatesTest {
    @TempDir
    static Path directory;

    private static Registry registry;

    private final String owner = Ids.user(Instant.now());

    @BeforeAll
    static void start() throws Exception {
        registry = Registry.start(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        registry.stop();
    }

    @Test
    void givenOneActivationOfEachStateWhenListedByStateThenOnlyThatOneIsListed() throws Exception {
        var events = new ActivationEvents(registry.bus);
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var queued = accepted();
        var running = accepted().claimed("run-1");
        var succeeded = accepted().claimed("run-1").succeeded("", 0, 0);
        var cancelled = accepted();
        end(events, cancelled, ((ActivationRecord.Queued) cancelled.record()).cancel(Reason.CANCELLED_BY_USER, now));
        var expired = accepted();
        end(events, expired, ((ActivationRecord.Queued) expired.record()).expire(now));
        var user = registry.client(owner);
        var byStatus = Map.of(
                "queued", queued,
                "running", running,
                "succeeded", succeeded,
                "cancelled", cancelled,
                "expired", expired);

        Await.eventually(() -> byStatus.entrySet().stream()
                .allMatch(each -> listed(user, each.getKey())
                        .equals(List.of(each.getValue().id()))));

        for (var none : List.of("failed", "timed_out")) {
            assertThat(listed(user, none)).isEmpty();
        }
    }

    @Test
    void givenAPendingRetryWhenListedThenItIsQueuedWithTimeAndReason() throws Exception {
        var owner = Ids.user(Instant.now());
        var waiting = accepted(owner).claimed("run-1").failed(Duration.ofHours(1));
        var due = ((ActivationRecord.Queued) waiting.record()).nextAttemptAt();
        var user = registry.client(owner);
        Await.eventually(() -> listed(user, "queued").equals(List.of(waiting.id()))
                && first(user).getInteger("attempt") == 1);

        for (var shown :
                List.of(first(user), user.get("/v1/activations/" + waiting.id()).json())) {
            assertThat(shown.getString("status")).isEqualTo("queued");
            assertThat(Instant.parse(shown.getString("nextAttemptAt"))).isEqualTo(due);
            assertThat(shown.getString("reason")).isEqualTo("exit_code");
        }
    }

    private static JsonObject first(Client user) {
        return user.get("/v1/activations").items().getJsonObject(0);
    }

    private static List<String> listed(Client user, String status) {
        return user.get("/v1/activations?status=" + status).items().stream()
                .map(item -> ((JsonObject) item).getString("activationId"))
                .toList();
    }

    private static void end(ActivationEvents events, Story story, ActivationRecord end) {
        events.append(end, story.sequence()).join();
    }

    private Story accepted() {
        return accepted(owner);
    }

    private static Story accepted(String owner) {
        return Story.accepted(
                registry.bus,
                Story.activation(owner, Ids.function(Instant.now()), "states", Instant.now(), Map.of()),
                "");
    }
}
