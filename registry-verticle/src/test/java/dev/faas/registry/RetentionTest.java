package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.registry.ledger.Retention;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reads return, and what is stored, of activations that ended long ago. Results are kept 1 h, logs 2 h, records 1 d. */
class RetentionTest {
    private static final Retention RETENTION =
            new Retention(Duration.ofMinutes(1), Duration.ofDays(1), Duration.ofHours(1), Duration.ofHours(2));
    private static final String LARGE = "x".repeat(100_000);

    @TempDir
    static Path directory;

    private static Registry registry;

    private String owner;
    private Client user;

    @BeforeAll
    static void start() throws Exception {
        registry = Registry.start(directory, config -> Records.with(config, "retention", RETENTION));
    }

    @AfterAll
    static void stop() throws Exception {
        registry.stop();
    }

    @BeforeEach
    void newUser() throws Exception {
        owner = Ids.user(Instant.now());
        user = registry.client(owner);
    }

    @Test
    void givenOutputWithinItsRetentionWhenReadThenItIsThere() throws Exception {
        for (var output : List.of("small", LARGE)) {
            var story = ended(Duration.ofMinutes(50), output);

            assertThat(answers(story)).containsExactly(200, 200, 200, 200);
            assertThat(user.get("/v1/activations/" + story.id() + "/result").text())
                    .isEqualTo(output);
        }
    }

    @Test
    void givenAnExpiredResultWhenReadThenItAndTheArgumentAreExpiredAndTheLogIsNot() throws Exception {
        for (var output : List.of("small", LARGE)) {
            var story = ended(Duration.ofMinutes(70), output);

            assertThat(answers(story)).containsExactly(200, 410, 200, 410);
            var expired = user.get("/v1/activations/" + story.id() + "/result");
            assertThat(expired.code()).isEqualTo("result_expired");
            assertThat(expired.json().getString("detail")).contains("has expired");
            var record = user.get("/v1/activations/" + story.id()).json();
            assertThat(record.getValue("result")).isNull();
            assertThat(record.getLong("resultBytes")).isEqualTo(output.length());
            Await.eventually(
                    () -> has(story, "result is not null or result_apart or argument is not null or argument_apart")
                            .equals("f"));
            assertThat(has(story, "log is not null or log_apart")).isEqualTo("t");
            for (var kind : List.of(".result", ".argument")) {
                assertThat(registry.bus.objectBucket("OUTPUTS").get(story.id() + kind))
                        .isEmpty();
            }
        }
    }

    @Test
    void givenAnExpiredLogWhenReadThenItIsExpiredAndTheRecordIsNot() throws Exception {
        for (var output : List.of("small", LARGE)) {
            var story = ended(Duration.ofHours(3), output);

            assertThat(answers(story)).containsExactly(200, 410, 410, 410);
            Await.eventually(() -> has(story, "log is not null or log_apart").equals("f"));
            assertThat(registry.bus.objectBucket("OUTPUTS").get(story.id() + ".log"))
                    .isEmpty();
            assertThat(user.get("/v1/activations").items().stream()
                            .map(item -> ((JsonObject) item).getString("activationId")))
                    .contains(story.id());
        }
    }

    @Test
    void givenARunThatWroteNothingWhenItIsOldThenItsResultIsStillEmptyAndNotExpired() throws Exception {
        var story = Story.accepted(registry.bus, activation(), "")
                .claimed("run-1")
                .succeeded("", 0, 0, Instant.now().minus(Duration.ofHours(3)));
        known(story);

        assertThat(answers(story)).containsExactly(200, 200, 200, 410);
        assertThat(user.get("/v1/activations/" + story.id()).json().getString("result"))
                .isEmpty();
    }

    @Test
    void givenAnExpiredRecordWhenReadThenTheActivationIsNotFound() throws Exception {
        var story = ended(Duration.ofHours(25), "small");
        var alive = Story.accepted(registry.bus, activation(), "");
        known(alive);

        assertThat(answers(story)).containsExactly(404, 404, 404, 404);
        assertThat(user.get("/v1/activations/" + story.id()).code()).isEqualTo("activation_not_found");
        assertThat(user.get("/v1/activations").items()).hasSize(1);
        assertThat(answers(alive)).containsExactly(200, 202, 200, 200);
    }

    /** Statuses of record, result, log and accepted event. */
    private List<Integer> answers(Story story) {
        return List.of("", "/result", "/logs", "/accepted").stream()
                .map(path -> user.get("/v1/activations/" + story.id() + path).status())
                .toList();
    }

    private static String has(Story story, String what) throws Exception {
        return registry.backends.text("select " + what + " from activation where id = '" + story.id() + "'");
    }

    private Story ended(Duration ago, String output) throws Exception {
        var story = Story.accepted(registry.bus, activation(), output)
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, output)
                .wrote("run-1", Source.STDERR, output)
                .succeeded(
                        output.length() < 1000 ? output : null,
                        output.length(),
                        output.length(),
                        Instant.now().minus(ago));
        known(story);
        return story;
    }

    /** Waits until the ledger has the end. */
    private static void known(Story story) throws Exception {
        Await.eventually(() -> registry.backends
                .text("select sequence from activation where id = '" + story.id() + "'")
                .equals(Long.toString(story.sequence())));
    }

    private Activation activation() {
        return Story.activation(owner, Ids.function(Instant.now()), "kept", Instant.now(), Map.of());
    }
}
