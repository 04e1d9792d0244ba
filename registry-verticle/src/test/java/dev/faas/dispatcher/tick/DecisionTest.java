package dev.faas.dispatcher.tick;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cron.DstPolicy;
import dev.faas.dispatcher.tick.DueSchedule.Target;
import dev.faas.schedule.Overlap;
import dev.faas.schedule.ScheduleSpec;
import dev.faas.schedule.ScheduleSpec.Rules;
import dev.faas.schedule.ScheduleSpec.Submit;
import dev.faas.schedule.ScheduleSpec.When;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.TickKind;
import dev.faas.schedule.TickOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecisionTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    /** Each minute from {@link #NOON} on. */
    private static DueSchedule schedule(Overlap overlap, @Nullable Integer remaining) {
        var when = new When("* * * * *", null, "UTC", DstPolicy.ONCE, null, NOON.plusSeconds(86_400));
        return new DueSchedule(
                "sch_x",
                "usr_x",
                new Target("fn_x", null),
                new ScheduleSpec("x", when, new Rules(overlap, 600, 0, false), new Submit("", null, Map.of())),
                ScheduleState.ACTIVE,
                remaining,
                NOON,
                NOON);
    }

    private static List<TickRow> alive(@Nullable String outcomes) {
        var ticks = new ArrayList<TickRow>();
        for (var outcome : outcomes == null ? new String[0] : outcomes.split(" ")) {
            var at = NOON.minusSeconds(3_600).plusSeconds(60L * ticks.size());
            boolean isUnknown = outcome.equals("unknown");
            var known =
                    isUnknown ? TickOutcome.WAITING : TickOutcome.of(outcome).orElseThrow();
            ticks.add(TickRow.of(schedule(Overlap.SKIP, null), at, at, known)
                    .as(known, isUnknown ? "outcome_unknown" : null, "a" + ticks.size()));
        }
        return ticks;
    }

    private static String outcomes(List<TickRow> ticks) {
        return String.join(
                " ", ticks.stream().map(tick -> tick.outcome().text()).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SKIP         |                  | claimed skipped_overlap            |
            SKIP         | fired            | skipped_overlap skipped_overlap    |
            SKIP         | waiting          | skipped_overlap skipped_overlap    |
            BUFFER_ONE   |                  | claimed buffered                   |
            BUFFER_ONE   | fired            | buffered skipped_overlap           |
            BUFFER_ONE   | fired buffered   | skipped_overlap skipped_overlap    |
            BUFFER_ONE   | buffered         | buffered skipped_overlap           | claimed
            BUFFER_ALL   | claimed          | buffered buffered                  |
            BUFFER_ALL   | buffered buffered | buffered buffered                 | claimed
            CANCEL_OTHER | fired            | skipped_overlap buffered           |
            CANCEL_OTHER | waiting          | claimed buffered                   | skipped_overlap
            CANCEL_OTHER | fired buffered   | skipped_overlap buffered           | skipped_overlap
            CANCEL_OTHER | unknown          | skipped_overlap buffered           |
            ALLOW_ALL    | fired waiting    | claimed claimed                    |
            ALLOW_ALL    | buffered buffered | claimed claimed                   | claimed claimed
            """)
    void givenTwoDueTimes_whenDecided_thenTheOverlapPolicyHolds(
            Overlap overlap, @Nullable String alive, String added, @Nullable String changed) {
        var decision = Decision.of(schedule(overlap, null), alive(alive), NOON.plusSeconds(61));

        assertThat(outcomes(decision.added())).isEqualTo(added);
        assertThat(outcomes(decision.changed())).isEqualTo(changed == null ? "" : changed);
        assertThat(decision.next()).isEqualTo(NOON.plusSeconds(120));
    }

    /** A policy is a tick that a user asked for. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ALLOW_ALL    | skip                 | claimed                                  |
            ALLOW_ALL    | skip skip            | claimed skipped_overlap                  |
            SKIP         | fired skip           | skipped_overlap                          |
            SKIP         | fired bufferOne bufferOne | buffered skipped_overlap            |
            SKIP         | bufferOne bufferOne bufferOne | claimed buffered skipped_overlap |
            BUFFER_ONE   | fired buffered bufferOne | skipped_overlap                      |
            BUFFER_ONE   | fired buffered bufferAll | buffered                             |
            SKIP         | waiting bufferAll    | buffered                                 |
            SKIP         | waiting cancelOther  | skipped_overlap claimed                  |
            SKIP         | fired cancelOther    |                                          | a0
            SKIP         | fired cancelOther cancelOther | skipped_overlap                 | a0
            SKIP         | fired buffered cancelOther | skipped_overlap                    | a0
            """)
    void givenAPausedSchedule_whenTicksAreAskedFor_thenTheirOwnPolicyHolds(
            Overlap own, String alive, @Nullable String changed, @Nullable String cancelled) {
        var paused = paused(schedule(own, null));
        var ticks = new ArrayList<TickRow>();
        for (var word : alive.split(" ")) {
            var policy = Overlap.BY_NAME.get(word);
            var at = NOON.minusSeconds(3_600).plusSeconds(60L * ticks.size());
            var outcome = policy == null ? TickOutcome.of(word).orElseThrow() : TickOutcome.BUFFERED;
            ticks.add(new TickRow(
                    new TickRow.Key("sch_x", at, policy == null ? TickKind.SCHEDULE : TickKind.MANUAL, ""),
                    "usr_x",
                    outcome,
                    null,
                    outcome == TickOutcome.BUFFERED ? null : "a" + ticks.size(),
                    at,
                    null,
                    null,
                    policy));
        }

        var decision = Decision.of(paused, ticks, NOON);

        assertThat(outcomes(decision.changed())).isEqualTo(changed == null ? "" : changed);
        assertThat(String.join(" ", decision.toCancel())).isEqualTo(cancelled == null ? "" : cancelled);
    }

    private static DueSchedule paused(DueSchedule it) {
        return new DueSchedule(
                it.id(), it.owner(), it.function(), it.spec(), ScheduleState.PAUSED, null, it.createdAt(), null);
    }

    @Test
    void givenCancelOther_whenOneIsInTheWay_thenItIsCancelled() {
        var decision = Decision.of(schedule(Overlap.CANCEL_OTHER, null), alive("fired"), NOON);

        assertThat(decision.toCancel()).containsExactly("a0");
    }

    @Test
    void givenRemainingActions_whenMoreAreDue_thenOnlySoManyAreClaimed() {
        var decision = Decision.of(schedule(Overlap.ALLOW_ALL, 3), alive("claimed"), NOON.plusSeconds(300));

        assertThat(outcomes(decision.added())).isEqualTo("claimed claimed");
        assertThat(decision.next()).isNull();
        assertThat(decision.state()).isEqualTo(ScheduleState.ACTIVE);
    }

    /** The pending one is replaced by one that a user asks for, which counts no action. */
    @Test
    void givenTheLastActionIsPending_whenItIsDropped_thenALaterTimeHasIt() {
        var it = schedule(Overlap.CANCEL_OTHER, 1);
        var schedule = new DueSchedule(
                it.id(), it.owner(), it.function(), it.spec(), ScheduleState.ACTIVE, 1, it.createdAt(), null);
        var asked = new TickRow(
                new TickRow.Key("sch_x", NOON, TickKind.MANUAL, ""),
                "usr_x",
                TickOutcome.BUFFERED,
                null,
                null,
                NOON,
                null,
                null,
                Overlap.CANCEL_OTHER);
        var alive = new ArrayList<>(alive("waiting"));
        alive.add(asked);

        var decision = Decision.of(schedule, alive, NOON);

        assertThat(outcomes(decision.changed())).isEqualTo("skipped_overlap claimed");
        assertThat(decision.next()).isEqualTo(NOON.plusSeconds(60));
    }

    /** Else a later time is due before an earlier one, and waits for it. */
    @Test
    void givenAJitterAboveThePeriod_whenTimesAreDue_thenNoneIsMissed() {
        var it = schedule(Overlap.ALLOW_ALL, null);
        var spec = new ScheduleSpec(
                "x",
                it.spec().when(),
                new Rules(Overlap.ALLOW_ALL, 60, 300, false),
                it.spec().submit());
        var schedule = new DueSchedule(
                it.id(), it.owner(), it.function(), spec, ScheduleState.ACTIVE, null, it.createdAt(), NOON);
        for (int i = 0; i < 500; i++) {
            var due = schedule.times().due(Objects.requireNonNull(schedule.next()));
            var decision = Decision.of(schedule, List.of(), due.plusMillis(5));

            assertThat(outcomes(decision.added())).isEqualTo("claimed");
            schedule = new DueSchedule(
                    it.id(),
                    it.owner(),
                    it.function(),
                    spec,
                    ScheduleState.ACTIVE,
                    null,
                    it.createdAt(),
                    decision.next());
        }
    }

    @Test
    void givenALongOutage_whenItIsOver_thenThoseBeforeTheWindowAreMissed_inAHundredRows() {
        var decision = Decision.of(schedule(Overlap.ALLOW_ALL, null), List.of(), NOON.plusSeconds(200 * 60));

        var missed = decision.added().stream()
                .filter(tick -> tick.outcome() == TickOutcome.MISSED)
                .toList();
        assertThat(missed).hasSize(100);
        assertThat(missed.getLast().span()).isEqualTo(new TickRow.Span(92, NOON.plusSeconds(190 * 60)));
        assertThat(decision.added().stream().filter(TickRow::isPending)).hasSize(10);
    }

    @Test
    void givenTheEnd_whenTheLastTimeIsDecided_thenTheScheduleIsCompleted() {
        var decision = Decision.of(schedule(Overlap.ALLOW_ALL, null), List.of(), NOON.plusSeconds(86_400));
        while (decision.next() != null) {
            decision = Decision.of(
                    new DueSchedule(
                            "sch_x",
                            "usr_x",
                            new Target("fn_x", null),
                            decision.schedule().spec(),
                            ScheduleState.ACTIVE,
                            null,
                            NOON,
                            decision.next()),
                    List.of(),
                    NOON.plusSeconds(86_400));
        }

        assertThat(decision.state()).isEqualTo(ScheduleState.COMPLETED);
        assertThat(decision.due()).isNull();
    }
}
