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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
        // Ids of the same millisecond are in any order.
        var both = Stream.of(expired.id(), cancelled.id())
                .sorted(Comparator.reverseOrder())
                .toList();
        assertThat(ids(user, "status=cancelled&status=expired")).isEqualTo(both);
        assertThat(ids(user, "status=failed&status=timed_out")).isEmpty();
        assertThat(ids(user, "reason=queue_ttl&reason=cancelled_by_user")).isEqualTo(both);
        assertThat(ids(user, "reason=queue_ttl")).containsExactly(expired.id());
        assertThat(ids(user, "reason=signal")).isEmpty();
        assertThat(ids(user, "reason=queue_ttl&reason=cancelled_by_user&status=cancelled"))
                .containsExactly(cancelled.id());
        assertThat(ids(user, "reason=queue_ttl&status=cancelled&status=failed")).isEmpty();
        assertThat(ids(user, "reason=queue_ttl&reason=signal&function=states&status=expired"))
                .containsExactly(expired.id());
        var page = user.get("/v1/activations?status=expired&status=cancelled&reason=queue_ttl"
                + "&reason=cancelled_by_user&limit=1");
        assertThat(ids(
                        user,
                        "status=cancelled&status=expired&reason=cancelled_by_user&reason=queue_ttl&cursor="
                                + page.next()))
                .as("the order of the filters does not matter")
                .containsExactly(both.getLast());
        for (var other : List.of("status=expired&reason=queue_ttl", "status=expired&status=cancelled", "limit=1")) {
            assertThat(user.get("/v1/activations?" + other + "&cursor=" + page.next())
                            .fields())
                    .containsExactly("cursor");
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
        assertThat(ids(user, "reason=exit_code")).containsExactly(waiting.id());
    }

    private static JsonObject first(Client user) {
        return user.get("/v1/activations").items().getJsonObject(0);
    }

    private static List<String> listed(Client user, String status) {
        return ids(user, "status=" + status);
    }

    private static List<String> ids(Client user, String query) {
        return user.get("/v1/activations?" + query).items().stream()
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
