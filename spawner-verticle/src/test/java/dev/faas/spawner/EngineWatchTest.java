package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EngineWatchTest {
    private boolean answers = true;
    private boolean room = true;
    private long nanos;
    private Optional<String> trouble = Optional.empty();
    private boolean suspended;

    private final EngineWatch watch =
            new EngineWatch(() -> answers, () -> room, why -> trouble = why, on -> suspended = on, () -> nanos);

    private void look(Duration later) {
        nanos += later.toNanos();
        watch.check();
    }

    @Test
    void givenAnEngineThatAnswers_whenLookedAt_thenWorkIsTaken() {
        look(Duration.ofHours(1));

        assertThat(trouble).isEmpty();
        assertThat(suspended).isFalse();
    }

    @Test
    void givenAnEngineWithoutRoom_whenLookedAt_thenNothingIsTakenUntilItHasSome() {
        room = false;
        look(Duration.ofHours(1));
        assertThat(trouble).hasValue("Docker's disk is full");
        assertThat(suspended).isFalse();
        assertThat(watch.hasRoom()).isFalse();

        room = true;
        look(Duration.ofSeconds(1));
        assertThat(trouble).isEmpty();
        assertThat(watch.hasRoom()).isTrue();
    }

    @Test
    void givenAnEngineThatWasSilentOnce_whenLookedAt_thenNothingIsTakenAndTheSandboxesStay() {
        answers = false;
        look(EngineWatch.SILENCE_LIMIT.minusMillis(1));

        assertThat(trouble).hasValue("Docker does not answer");
        assertThat(suspended).isFalse();
        assertThat(watch.isAnswering()).isFalse();
    }

    @Test
    void givenASilenceThatLasts_whenLookedAt_thenTheSandboxesGo() {
        answers = false;
        look(Duration.ofSeconds(1));
        look(EngineWatch.SILENCE_LIMIT);

        assertThat(trouble).hasValue("Docker does not answer");
        assertThat(suspended).isTrue();
    }

    @Test
    void givenAnEngineThatIsBack_whenLookedAt_thenAllGoesOnAndTheNextSilenceCountsAnew() {
        answers = false;
        look(EngineWatch.SILENCE_LIMIT);
        answers = true;
        look(Duration.ofSeconds(1));
        assertThat(trouble).isEmpty();
        assertThat(suspended).isFalse();

        answers = false;
        look(Duration.ofSeconds(1));
        assertThat(trouble).hasValue("Docker does not answer");
        assertThat(suspended).isFalse();
    }
}
