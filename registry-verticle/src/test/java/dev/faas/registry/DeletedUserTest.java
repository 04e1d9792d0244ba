package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.http.token.TokenCutoffs;
import dev.faas.quota.OwnerQuotas;
import dev.faas.registry.ledger.Retention;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When auth has deleted a user, nothing of the user stays. */
class DeletedUserTest {
    private static final Retention SHORT =
            new Retention(Duration.ofSeconds(1), Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1));
    private static final String LARGE = "x".repeat(100_000);
    private static final String[] TABLES = {
        "function",
        "activation",
        "activation_stat",
        "secret",
        "quota",
        "schedule",
        "tick",
        "hook",
        "source",
        "destination",
        "callback_secret"
    };

    @TempDir
    Path directory;

    private Registry registry;
    private ActivationEvents events;
    private CommandQueue queue;

    @BeforeEach
    void start() throws Exception {
        registry = Registry.start(directory, config -> Records.with(config, "retention", SHORT));
        events = new ActivationEvents(registry.bus);
        queue = new CommandQueue(registry.bus);
    }

    @AfterEach
    void stop() throws Exception {
        registry.stop();
    }

    /** Somebody with a function, a secret, a schedule, a hook, a source, a destination, a quota, and activations that are queued, running and ended. */
    private final class User {
        final String id = Ids.user(Instant.now());
        final Client client;
        final String function;
        final Story ended;
        final Story running;
        final Story queued;

        User() throws Exception {
            client = registry.client(id);
            client.send(
                    "PUT", "/v1/secrets/db", new JsonObject().put("value", "x").encode());
            function = client.create("mine").json().getString("id");
            queue.ensureConsumer(new QueueKey(id, function), 10).join();
            client.send(
                    "POST",
                    "/v1/schedules",
                    new JsonObject(Map.of("name", "yearly", "function", "mine", "cron", "@yearly")).encode());
            client.post("/v1/hooks", new JsonObject(Map.of("name", "push", "function", "mine")));
            client.post("/v1/sources", new JsonObject(Map.of("name", "in", "function", "mine", "subject", "a")));
            client.post(
                    "/v1/destinations",
                    DestinationFixture.body("erp", "https://erp.example/").put("events", List.of("activation.failed")));
            client.post("/v1/callback-secret", new JsonObject());
            registry.backends.text(
                    "insert into quota (owner, limits) values ('" + id + "', '{\"functions\": 7}') returning owner");
            // More than are deleted at once.
            registry.backends.run(
                    "insert into tick (schedule_id, nominal, kind, owner, outcome, due_at) select 'sch_" + id + "'"
                            + ", now() + i * interval '1 second', 'schedule', '" + id + "', 'fired', now()"
                            + " from generate_series(1, 10001) i");
            registry.backends.run(
                    "insert into delivery (id, event_id, destination_id, owner, type, state) select 'dlv_" + id
                            + "' || i, 'evt_" + id + "' || i, 'dst', '" + id + "', 'schedule.missed', 'succeeded'"
                            + " from generate_series(1, 10001) i");
            ended = accepted()
                    .claimed("run-1")
                    .wrote("run-1", Source.STDOUT, LARGE)
                    .succeeded(null, LARGE.length(), 0);
            running = accepted().claimed("run-2");
            queued = accepted();
            queue.enqueue(ActivationCommand.of(queued.activation)).join();
            for (var story : List.of(ended, running, queued)) {
                Await.eventually(
                        () -> client.get("/v1/activations/" + story.id()).status() == 200);
            }
            Await.eventually(() -> registry.bus
                    .kv(Subjects.USAGE)
                    .get(OwnerQuotas.key(id))
                    .join()
                    .isPresent());
            Await.eventually(() -> registry.bus
                    .objectBucket(Subjects.OUTPUTS)
                    .get(ended.id() + ".result")
                    .isPresent());
        }

        private Story accepted() {
            return Story.accepted(registry.bus, Story.activation(id, function, "mine", Instant.now(), Map.of()), "x");
        }

        void isTold(Instant tokensFrom) {
            registry.bus
                    .kv(Subjects.REVOKED)
                    .put(id, tokensFrom.toString().getBytes(StandardCharsets.UTF_8))
                    .join();
        }

        long rows(String table) throws Exception {
            return Long.parseLong(
                    registry.backends.text("select count(*) from " + table + " where owner = '" + id + "'"));
        }
    }

    @Test
    void functionsWorkSecretsQuotaAndRecordsOfADeletedUserAreRemoved_andOfOthersNothing() throws Exception {
        var user = new User();
        var other = new User();
        var disabled = new User();

        disabled.isTold(Instant.now());
        user.isTold(TokenCutoffs.NEVER);

        Await.eventually(() -> user.client.get("/v1/functions").status() == 401);
        Await.eventually(() -> last(user.queued).currentStatus() == Status.CANCELLED);
        assertThat(((ActivationRecord.Ended) last(user.queued)).report().reason())
                .isEqualTo(Reason.FUNCTION_DELETED);
        Await.eventually(() -> last(user.running) instanceof ActivationRecord.Running run
                && run.cancelRequested() == Reason.FUNCTION_DELETED);
        Await.eventually(() -> registry.bus
                .kv(Subjects.FUNCTIONS)
                .get(FunctionRevision.key(user.id, "mine"))
                .join()
                .isEmpty());
        Await.eventually(() ->
                registry.bus.kv(Subjects.SECRETS).get(user.id + ".db").join().isEmpty());
        Await.eventually(() -> registry.bus
                .kv(Subjects.USAGE)
                .get(OwnerQuotas.key(user.id))
                .join()
                .isEmpty());
        Await.eventually(() -> user.rows("activation") == 1);
        assertThat(registry.bus.objectBucket(Subjects.OUTPUTS).get(user.ended.id() + ".result"))
                .isEmpty();

        user.running.refreshed().succeeded("", 0, 0);

        Await.eventually(() -> user.rows("activation") == 0);
        Await.eventually(() -> queue.stats(user.function).join().isEmpty());
        assertThat(isRemoved(user)).as("in the first hour").isEqualTo("f");

        registry.backends.text("update deleted_user set noted_at = noted_at - interval '61 minutes' returning id");

        Await.eventually(() -> isRemoved(user).equals("t"));
        for (var table : TABLES) {
            assertThat(user.rows(table)).as(table).isZero();
            assertThat(other.rows(table)).as(table).isPositive();
            assertThat(disabled.rows(table)).as(table).isPositive();
        }
        for (var kept : List.of(other, disabled)) {
            assertThat(last(kept.queued).currentStatus()).isEqualTo(Status.QUEUED);
            assertThat(registry.bus
                            .kv(Subjects.FUNCTIONS)
                            .get(FunctionRevision.key(kept.id, "mine"))
                            .join())
                    .isPresent();
        }
    }

    /** The bucket forgets after a day; a registry that has noted a deletion completes it. */
    @Test
    void aDeletionThatWasNotedIsCompletedWithoutTheBucket() throws Exception {
        var user = new User();
        registry.withoutAny(
                () -> registry.backends.text("insert into deleted_user (id) values ('" + user.id + "') returning id"));

        Await.eventually(() -> last(user.queued).currentStatus() == Status.CANCELLED);
        Await.eventually(() -> user.rows("secret") == 0);
    }

    private String isRemoved(User user) throws Exception {
        return registry.backends.text("select removed_at is not null from deleted_user where id = '" + user.id + "'");
    }

    private ActivationRecord last(Story story) {
        return events.lastFromLeader(story.id()).join().orElseThrow().record();
    }
}
