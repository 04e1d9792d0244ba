package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one schedule does to the others. */
class OthersSchedulesTest extends TickFixture {
    private static final JsonObject LATER = changes("{'cron': '0 0 29 2 *'}");

    /** As a later version, or one with newer zone data, may write it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a zone       | spec = convert_to(replace(convert_from(spec, 'UTF8'), '"UTC"', '"Mars/Utopia"'), 'UTF8')
            an overlap   | spec = convert_to(replace(convert_from(spec, 'UTF8'), '"SKIP"', '"WHATEVER"'), 'UTF8')
            a definition | spec = '{'
            a state      | state = 'dormant'
            """)
    void givenAScheduleThatCannotBeRead_whenOthersAreDue_thenTheyRun(String name, String change) throws Exception {
        var poisoned = schedule("poisoned", LATER);
        schedule("buffering", LATER);
        insertClaimed(poisoned, soon(Duration.ofHours(1)), Ids.activation(soon(Duration.ZERO)));
        registry.withoutAny(() -> {
            registry.backends.run("update schedule set due_at = now(), next_at = now(), " + change + " where id = '"
                    + poisoned + "'");
            registry.backends.run("update zone_data set release = 'x'");
            registry.backends.run("""
                    insert into tick (schedule_id, nominal, kind, owner, outcome, due_at, alive)
                    select id, now(), 'schedule', owner, 'buffered', now(), true from schedule where owner = '%s'""".formatted(owner));
        });
        user = registry.client(owner); // at another port

        scheduleIn(Duration.ofMillis(500), new JsonObject());

        Await.eventually(() -> outcomes("once").equals(List.of("fired")));
        Await.eventually(() -> outcomes("buffering").equals(List.of("fired")));
        Await.eventually(() -> registry.backends.number(
                        "select count(*) from schedule where id = '" + poisoned + "' and due_at > now()")
                == 1);
        registry.backends.run("delete from schedule where id = '" + poisoned + "'");
        registry.backends.run("delete from tick where schedule_id = '" + poisoned + "'");
    }

    /** Something is due all the time: its missed times are decided for minutes. */
    @Test
    void givenABacklog_whenAnotherTickIsAskedFor_orItsActivationEnds_thenThatIsNotKeptWaiting() throws Exception {
        schedule("other", LATER);
        var backlog = schedule("backlog", changes("{'cron': '* * * * * *', 'catchupWindowSeconds': 10}"));
        registry.backends.run(
                "update schedule set next_at = '1980-01-01', due_at = '1980-01-01' where id = '" + backlog + "'");
        Await.eventually(() -> outcomes("backlog").contains("missed"));

        user.send("POST", "/v1/schedules/other/trigger", "{\"overlap\": \"skip\"}");

        Await.eventually(() -> outcomes("other").equals(List.of("fired")));
        assertThat(registry.backends.number(
                        "select count(*) from schedule where due_at < '2020-01-01' and id = '" + backlog + "'"))
                .as("the backlog lasts")
                .isOne();
        user.send("DELETE", "/v1/schedules/backlog", "");
    }
}
