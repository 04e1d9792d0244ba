package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Snapshot;
import dev.faas.registry.ledger.Pruner;
import dev.faas.wire.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A registry of the previous version shares the ledger during an update: it keeps its bookkeeping in the rows. */
class SideBySideTest extends LedgerFixture {
    private final Instant longAgo = Instant.now().minus(Duration.ofHours(1));
    private static final String FOUND_BY_THE_PREVIOUS_VERSION =
            "select count(*) from activation where finished_at is not null and not pruned";

    @Test
    void givenAnEndThatThisVersionWroteWhenThePreviousOnePrunesThenItIsLeftToThisVersion() throws Exception {
        var ended = accepted().claimed("run-1").succeeded("", 0, 0, longAgo);
        project(ended);

        assertThat(parts.backends.number(FOUND_BY_THE_PREVIOUS_VERSION)).isZero();

        prune();
        assertThat(isPruned(ended)).isTrue();
    }

    @Test
    void givenAnEndThatThePreviousVersionWroteWhenPrunedThenItsEventsAreGoneAndBothKnow() throws Exception {
        var ended = accepted();
        project(ended);
        ended.claimed("run-1").succeeded("", 0, 0, longAgo);
        // Its statement does not name the column "pruned".
        parts.backends.run("update activation set status = 'succeeded', finished_at = '" + longAgo + "', sequence = "
                + ended.sequence() + ", enqueued = false where id = '" + ended.id() + "'");

        prune();

        assertThat(isPruned(ended)).isTrue();
        assertThat(parts.backends.number(FOUND_BY_THE_PREVIOUS_VERSION)).isZero();
    }

    /** As after an end that was made up because the events were lost, when they are found again. */
    @Test
    void givenAnEndThatIsNotInTheStreamWhenItsActivationLivesThenNothingOfItIsPruned() throws Exception {
        var alive = accepted();
        var ended = accepted().claimed("run-1").succeeded("", 0, 0, longAgo);
        project(ended);
        parts.backends.run("update activation_unpruned set id = '" + alive.id() + "'");

        prune();

        assertThat(isPruned(alive)).isFalse();
    }

    private void project(Story story) throws Exception {
        parts.projection.project(List.of(new Snapshot(story.record(), story.sequence())));
    }

    private void prune() throws Exception {
        new Pruner(parts.events, parts.ledger, InstantSource.system(), Duration.ofMinutes(1)).runOnce();
    }

    private boolean isPruned(Story story) {
        return parts.events.lastFromLeader(story.id()).join().isEmpty();
    }

    private Story accepted() {
        return Story.accepted(
                parts.bus,
                Story.activation(
                        Ids.user(Instant.now()), Ids.function(Instant.now()), "worked", Instant.now(), Map.of()),
                "");
    }
}
