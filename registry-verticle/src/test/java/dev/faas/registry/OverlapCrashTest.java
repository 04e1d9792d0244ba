package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An activation has ended, and the dispatcher has died before it released the tick that waited for that. */
class OverlapCrashTest extends TickFixture {
    private String schedule;
    private Story origin;

    @BeforeEach
    void newSchedule() throws Exception {
        schedule = schedule("later", changes("{'cron': '0 0 29 2 *', 'overlap': 'bufferOne'}"));
        origin = Story.accepted(
                registry.bus, Story.activation(owner, functionId, "report", Instant.now(), Map.of()), "x");
        var nominal = soon(Duration.ofSeconds(-2));
        registry.backends.run("""
                insert into tick (schedule_id, nominal, kind, owner, outcome, activation_id, due_at, alive)
                values ('%1$s', '%2$s', 'schedule', '%4$s', 'fired', '%5$s', '%2$s', true),
                    ('%1$s', '%3$s', 'schedule', '%4$s', 'buffered', null, '%3$s', true)""".formatted(schedule, nominal, nominal.plusSeconds(1), owner, origin.id()));
    }

    /** The projector has noted the end. */
    @Test
    void noted() throws Exception {
        cancel(origin.id());

        registry.backends.run("insert into ended (activation_id, trigger_id, status) values ('%s', '%s', 'cancelled')"
                .formatted(origin.id(), schedule));

        assertFired();
    }

    /** The note is lost: the next dispatcher asks the event stream. */
    @Test
    void notNoted() throws Exception {
        registry.withoutAny(() -> cancel(origin.id()));
        user = registry.client(owner); // at another port

        assertFired();
    }

    /** The next tick asks the event stream. */
    @Test
    void notNoted_butAnotherTickIsDue() throws Exception {
        cancel(origin.id());

        registry.backends.run("update schedule set next_at = date_trunc('minute', now()), due_at = now() where id = '"
                + schedule + "'");

        assertFired();
    }

    private void assertFired() {
        Await.eventually(() -> outcomes("later").equals(List.of("fired", "fired")));
        var released = ticks("later").getFirst().getString("activationId");
        assertThat(inStream(released)).isPresent();
        assertThat(Ids.timeOf(released)).isAfter(Ids.timeOf(origin.id()));
    }
}
