package dev.faas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.FunctionPauses.Pause;
import dev.faas.wire.FunctionPauses.Span;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionPausesTest {
    private static final Instant ZERO = Instant.parse("2026-12-01T00:00:00Z");
    private static final FunctionSpec SPEC = FunctionSpec.of("f", "image");

    private static Instant at(long second) {
        return ZERO.plusSeconds(second);
    }

    /** It is queued from 100 on, and may be for 50 s. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            never paused                        |                 |     | 1000 | 150
            before it came                      | 10-90           |     | 1000 | 150
            until after it came                 | 90-120          |     | 1000 | 170
            meanwhile                           | 110-130         |     | 1000 | 170
            twice                               | 110-120 130-140 |     | 1000 | 170
            the second after the first deadline | 110-140 160-170 |     | 1000 | 190
            only after its deadline             | 160-170         |     | 1000 | 150
            now                                 |                 | 120 | 140  | 170
            now, and longer                     |                 | 120 | 500  | 530
            now, since after its deadline       |                 | 151 | 500  | 150
            longer than it may be               | 110-5000        |     | 6000 | 1150
            """)
    void givenPauses_whenTheTimeInTheQueueIsReckoned_thenTheyDoNotCount(
            String when, @Nullable String past, @Nullable Long since, long now, long expected) {
        var spans = Stream.ofNullable(past)
                .flatMap(text -> Arrays.stream(text.split(" ")))
                .map(span -> span.split("-"))
                .map(span -> new Span(at(Long.parseLong(span[0])), at(Long.parseLong(span[1]))))
                .toList();
        var pauses = new FunctionPauses(since == null ? null : new Pause(at(since), "", false), spans, 1_000);

        assertThat(pauses.extend(at(100), at(150), at(now))).as(when).isEqualTo(at(expected));
    }

    @Test
    void givenAPause_whenPausedAgainAndResumedTwice_thenItIsOnePause() {
        var longest = Duration.ofHours(1);

        var pauses = FunctionPauses.NONE
                .paused("first", false, at(1), longest)
                .paused("second", true, at(5), longest)
                .resumed(at(9))
                .resumed(at(20));

        assertThat(pauses).isEqualTo(new FunctionPauses(null, List.of(new Span(at(1), at(9))), 3_600));
    }

    @Test
    void givenManyPauses_whenTheyAreKept_thenTheNewestAre() {
        var pauses = FunctionPauses.NONE;
        for (int i = 0; i < 50; i++) {
            pauses = pauses.paused("", false, at(i * 10L), Duration.ofHours(1)).resumed(at(i * 10L + 1));
        }

        assertThat(pauses.past()).hasSize(20).last().isEqualTo(new Span(at(490), at(491)));
    }

    @Test
    void givenAFunction_whenItHasNeverBeenPaused_thenNothingIsWrittenAboutIt() {
        var function = new FunctionRevision("fn_1", "usr_1", 1, null, ZERO, ZERO, SPEC);
        var paused = function.with(FunctionPauses.NONE.paused("why", true, at(1), Duration.ofHours(1)));

        assertThat(new String(Codec.encode(function), StandardCharsets.UTF_8)).doesNotContain("pauses");
        assertThat(Codec.decode(Codec.encode(function), FunctionRevision.class)).isEqualTo(function);
        assertThat(Codec.decode(Codec.encode(paused), FunctionRevision.class)).isEqualTo(paused);
    }
}
