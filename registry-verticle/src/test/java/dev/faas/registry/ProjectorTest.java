package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The projector handles states that it cannot write now, or never. */
class ProjectorTest extends RegistryFixture {
    private long refusalsBefore;

    /** The table {@code refused} says whose rows to refuse. A sequence counts even in a transaction that is rolled back. */
    @BeforeAll
    static void refusing() throws Exception {
        registry.backends.run("""
                create table refused (owner text, sqlstate text);
                create sequence refusals;
                create function refuse() returns trigger security definer language plpgsql as $$
                declare reason text := (select r.sqlstate from registry.refused r where r.owner = new.owner);
                begin
                    if reason is not null then
                        perform nextval('registry.refusals');
                        raise exception using errcode = reason;
                    end if;
                    return new;
                end $$;
                create trigger refuse before insert on activation for each row execute function refuse()
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"25006", "28P01", "3D000", "42501", "58030"})
    void givenPostgresRefusesWritesWhenItAcceptsThemAgainThenTheStateIsInTheLedger(String sqlState) throws Exception {
        refuse(sqlState);
        var story = accepted();
        try {
            // The second refusal is a retry of the same state.
            Await.eventually(() -> newRefusals() >= 2);
        } finally {
            registry.backends.run("delete from refused");
        }

        Await.eventually(() -> inTheLedger(story));
    }

    @Test
    void givenValuesThatPostgresNeverAcceptsWhenOthersArriveThenThoseAreInTheLedgerAndTheFirstAreDiscarded()
            throws Exception {
        refuse("22021");
        var refused = accepted();
        try {
            Await.eventually(() -> newRefusals() >= 1 && unacknowledged() == 0);
        } finally {
            registry.backends.run("delete from refused");
        }
        var after = accepted();

        Await.eventually(() -> inTheLedger(after));
        assertThat(inTheLedger(refused)).isFalse();
    }

    @Test
    void givenAStateOfANewerVersionWhenItCannotBeReadThenItWaitsForAnotherRegistry() throws Exception {
        var story = accepted().claimed("run-1");
        var known = new String(Codec.encode(story.record()), StandardCharsets.UTF_8);
        var version = appended("{\"v\":2,\"state\":\"unheard-of\"}");
        var reason = appended(known.replaceFirst("\\{", "{\"cancelRequested\":\"unheard_of\","));
        var kind = appended("{\"state\":\"unheard-of\"}");
        appended("{}");
        appended(known.replaceFirst("\"attempt\":1", "\"attempt\":\"no number\""));

        Await.eventually(() -> inTheLedger(story) && unacknowledged() == 3);

        for (long sequence : new long[] {version, reason, kind}) {
            registry.bus.stream(Subjects.EVENTS).delete(sequence).join();
        }
    }

    private Story accepted() {
        return Story.accepted(
                registry.bus,
                Story.activation(owner, Ids.function(Instant.now()), "worked", Instant.now(), Map.of()),
                "");
    }

    private static long appended(String state) {
        return registry.bus.stream(Subjects.EVENTS)
                .append(Subjects.state(Ids.activation(Instant.now())), Map.of(), state.getBytes(StandardCharsets.UTF_8))
                .join();
    }

    /** Refuses each row of this owner from now on. */
    private void refuse(String sqlState) throws Exception {
        registry.backends.run("insert into refused values ('" + owner + "', '" + sqlState + "')");
        refusalsBefore = countRefusals();
    }

    private long newRefusals() throws Exception {
        return countRefusals() - refusalsBefore;
    }

    private static long countRefusals() throws Exception {
        return registry.backends.number("select last_value from refusals");
    }

    private static boolean inTheLedger(Story story) throws Exception {
        return registry.backends.number("select count(*) from activation where id = '" + story.id() + "'") == 1;
    }

    private static long unacknowledged() {
        return registry.bus.stream(Subjects.EVENTS)
                .consumers()
                .state(Subjects.PROJECTOR)
                .join()
                .orElseThrow()
                .unacked();
    }
}
