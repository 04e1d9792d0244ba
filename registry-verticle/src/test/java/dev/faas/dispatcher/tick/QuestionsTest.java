package dev.faas.dispatcher.tick;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.schedule.TickKind;
import dev.faas.schedule.TickOutcome;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionsTest {
    private static List<TickRow> alive(String schedule, int count, TickOutcome outcome) {
        return IntStream.range(0, count)
                .mapToObj(i -> new TickRow(
                        new TickRow.Key(schedule, Instant.EPOCH.plusSeconds(i), TickKind.SCHEDULE, ""),
                        "usr_x",
                        outcome,
                        null,
                        schedule + "-" + i,
                        Instant.EPOCH,
                        null,
                        null,
                        null))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "one has many running,        1, 60, FIRED,    50,  1",
        "many have many,              400, 50, FIRED,  500, 400",
        "more than a turn may ask,    600, 2, FIRED,   500, 500",
        "what has not fired is known, 3, 5, BUFFERED,  0,   0"
    })
    void givenAliveTicks_whenATurnAsks_thenEachScheduleIsAskedForBeforeAnotherIsTwice(
            String name, int schedules, int each, TickOutcome outcome, int questions, int asked) {
        var alive = IntStream.range(0, schedules)
                .mapToObj(i -> alive("s" + i, each, outcome))
                .toList();

        var ids = Questions.of(alive);

        assertThat(ids).hasSize(questions).doesNotHaveDuplicates();
        assertThat(ids.stream().map(id -> id.split("-")[0]).distinct()).hasSize(asked);
        assertThat(ids.stream().limit(asked).collect(Collectors.toSet()))
                .isEqualTo(Stream.iterate(0, i -> i + 1)
                        .limit(asked)
                        .map(i -> "s" + i + "-0")
                        .collect(Collectors.toSet()));
    }
}
