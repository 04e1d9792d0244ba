package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of a tick whose dispatcher dies, at each of its steps. */
class TickCrashTest extends TickFixture {
    private static final JsonObject LATER = changes("{'cron': '0 0 29 2 *'}");

    private static Instant now() {
        return soon(Duration.ZERO);
    }

    /** Another dispatcher has locked the schedule and written its tick, and dies before it commits. */
    @Test
    void beforeCommit() throws Exception {
        var at = soon(Duration.ofSeconds(2));
        var id = schedule("once", new JsonObject().put("at", at.toString()));
        try (var other = registry.backends.connection()) {
            other.setAutoCommit(false);
            try (var statement = other.createStatement()) {
                statement.execute("select from schedule where id = '" + id + "' for update");
                statement.execute("""
                        insert into tick (schedule_id, nominal, kind, owner, outcome, due_at, activation_id, alive)
                        values ('%1$s', '%2$s', 'schedule', '%3$s', 'claimed', '%2$s', 'lost', true)""".formatted(id, at, owner));
            }
            Await.eventually(() -> Instant.now().isAfter(at.plusMillis(500)));
            assertThat(ticks("once")).isEmpty();
            other.rollback();
        }

        var fired = onlyTick("once", "fired");

        assertThat(inStream(fired.getString("activationId"))).isPresent();
    }

    @Test
    void afterClaim() throws Exception {
        var id = schedule("later", LATER);
        var activation = Ids.activation(now());

        insertClaimed(id, now(), activation);

        assertThat(onlyTick("later", "fired").getString("activationId")).isEqualTo(activation);
        assertThat(inStream(activation)).isPresent();
    }

    @Test
    void afterAccept() throws Exception {
        var id = schedule("later", LATER);
        var story = Story.accepted(registry.bus, Story.activation(owner, functionId, "report", now(), Map.of()), "x");

        insertClaimed(id, now(), story.id());

        assertThat(onlyTick("later", "fired").getString("activationId")).isEqualTo(story.id());
        assertThat(inStream(story.id()).orElseThrow().sequence()).isEqualTo(story.sequence());
    }

    @Test
    void afterAcceptAndPruning() throws Exception {
        var id = schedule("later", LATER);
        var activation = Ids.activation(now());
        insertPruned(activation);

        insertClaimed(id, now(), activation);

        assertThat(onlyTick("later", "fired").getString("activationId")).isEqualTo(activation);
        assertThat(inStream(activation)).as("accepted again").isEmpty();
    }

    @Test
    void aDayLater() throws Exception {
        var id = schedule("later", LATER);
        var yesterday = now().minus(Duration.ofHours(23)).minusSeconds(1);
        var known = Ids.activation(yesterday);
        insertPruned(known);
        var unknown = Ids.activation(yesterday);

        insertClaimed(id, yesterday, known);
        insertClaimed(id, yesterday.plusSeconds(1), unknown);

        Await.eventually(() -> outcomes("later").equals(List.of("fired", "missed")));
        assertThat(inStream(unknown)).isEmpty();
        assertThat(ticks("later").getFirst().getString("reason")).isEqualTo("late");
    }

    /** Its window is longer than the outage, but an activation that ran may be forgotten after a day. */
    @Test
    void aDayLater_withinALongWindow() throws Exception {
        var id = schedule("later", LATER.copy().put("catchupWindowSeconds", 7 * 86_400));
        var yesterday = now().minus(Duration.ofHours(23)).minusSeconds(1);
        var unknown = Ids.activation(yesterday);

        insertClaimed(id, yesterday, unknown);

        assertThat(onlyTick("later", "missed").getString("activationId")).isNull();
        assertThat(inStream(unknown)).isEmpty();
    }

    @Test
    void givenADeletedFunctionOrSchedule_whenATickIsTakenUp_thenItIsRefused() throws Exception {
        var id = schedule("later", LATER);
        user.send("DELETE", "/v1/functions/report", "");
        var activation = Ids.activation(now());

        insertClaimed(id, now(), activation);

        assertThat(onlyTick("later", "refused").getString("reason")).isEqualTo("function_deleted");
        assertThat(inStream(activation)).isEmpty();
    }

    @Test
    void givenADisabledAccount_whenATickIsTakenUp_thenItIsMissedUnlessItWasSubmitted() throws Exception {
        var id = schedule("later", LATER);
        var submitted =
                Story.accepted(registry.bus, Story.activation(owner, functionId, "report", now(), Map.of()), "x");
        var activation = Ids.activation(now());
        user.post(
                "/v1/destinations",
                new JsonObject()
                        .put("name", "missed")
                        .put("url", "https://erp.example/")
                        .put("events", new JsonArray().add("schedule.missed")));
        registry.bus.kv(Subjects.SUSPENDED).put(owner, new byte[] {'1'}).join();

        insertClaimed(id, now(), submitted.id());
        insertClaimed(id, now().plusMillis(1), activation);

        Await.eventually(() -> outcomes("later").equals(List.of("fired", "missed")));
        assertThat(ticks("later").getFirst().getString("reason")).isEqualTo("suspended");
        assertThat(user.get("/v1/deliveries").items()).as("events about it").isEmpty();
        assertThat(inStream(activation)).isEmpty();

        registry.bus.kv(Subjects.SUSPENDED).delete(owner).join();
        user.send("POST", "/v1/schedules/later/trigger", "");
        Await.eventually(() -> outcomes("later").equals(List.of("fired", "missed", "fired")));
    }

    /** A backfill of thousands takes longer than a short window. */
    @Test
    void afterClaimOfManyThatWereAskedFor() throws Exception {
        var id = schedule("later", LATER.copy().put("catchupWindowSeconds", 10));
        var activation = Ids.activation(now());

        registry.backends.run("""
                insert into tick (schedule_id, nominal, kind, owner, outcome, activation_id, due_at, leased_until, alive)
                values ('%s', now(), 'backfill', '%s', 'claimed', '%s', now() - interval '10 minutes', now(), true)""".formatted(id, owner, activation));

        assertThat(onlyTick("later", "fired").getString("activationId")).isEqualTo(activation);
    }
}
