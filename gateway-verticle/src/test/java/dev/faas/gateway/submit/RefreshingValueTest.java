package dev.faas.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefreshingValueTest {
    private final AtomicLong clock = new AtomicLong();
    private final List<CompletableFuture<Integer>> questions = new ArrayList<>();
    private final RefreshingValue<Integer> figure = new RefreshingValue<>(this::ask, clock::get, Runnable::run);

    private CompletableFuture<Integer> ask() {
        questions.add(new CompletableFuture<>());
        return questions.getLast();
    }

    private void wanted() {
        var unused = figure.value();
    }

    private void after(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private void answer(int value) {
        questions.getLast().complete(value);
    }

    private static void assertIs(CompletableFuture<Integer> value, int expected) {
        assertThat(value).isCompletedWithValue(expected);
    }

    @Test
    void givenNothingIsKnown_whenWanted_thenAllWaitForOneAnswer() {
        var first = figure.value();
        var second = figure.latest();
        assertThat(first).isNotDone();

        answer(1);

        assertIs(first, 1);
        assertIs(second, 1);
        assertThat(questions).hasSize(1);
    }

    @Test
    void givenAValueOfTwoSecondsAgo_whenWanted_thenItIsThereAtOnceAndANewOneIsAskedForOnce() {
        wanted();
        answer(1);
        after(Duration.ofSeconds(2));

        assertIs(figure.value(), 1);
        assertIs(figure.value(), 1);
        assertThat(questions).hasSize(2);

        answer(2);
        assertIs(figure.value(), 2);
        assertThat(questions).hasSize(2);
    }

    @Test
    void givenAValueOfTwoSecondsAgo_whenWantedOften_thenANewOneIsAskedForLaterAndOnce() {
        var later = new ArrayList<Runnable>();
        var calm = new RefreshingValue<>(this::ask, clock::get, later::add);
        var first = calm.value();
        answer(1);
        after(Duration.ofSeconds(2));

        assertIs(calm.value(), 1);
        assertIs(calm.value(), 1);
        assertThat(first).isDone();
        assertThat(questions).hasSize(1);
        assertThat(later).hasSize(1);

        later.getFirst().run();
        assertThat(questions).hasSize(2);
    }

    @Test
    void givenAValueOfHalfASecondAgo_whenTheLatestIsWanted_thenItIsAskedFor() {
        wanted();
        answer(1);
        after(Duration.ofMillis(500));

        assertIs(figure.value(), 1);
        assertThat(questions).hasSize(1);
        var latest = figure.latest();
        assertThat(latest).isNotDone();
        answer(2);
        assertIs(latest, 2);
        assertIs(figure.latest(), 2);
        assertThat(questions).hasSize(2);
    }

    @Test
    void givenAValueThatIsFarTooOld_whenWanted_thenTheAnswerIsWaitedFor() {
        wanted();
        answer(1);
        after(Duration.ofSeconds(11));

        var value = figure.value();

        assertThat(value).isNotDone();
        answer(2);
        assertIs(value, 2);
    }

    @Test
    void givenItTakesLong_whenWantedOften_thenItIsAskedForATwentiethOfTheTime() {
        wanted();
        after(Duration.ofMillis(500));
        answer(1);
        for (int i = 0; i < 9; i++) {
            after(Duration.ofSeconds(1));
            assertIs(figure.value(), 1);
            assertIs(figure.latest(), 1);
        }
        assertThat(questions).hasSize(1);

        after(Duration.ofSeconds(2));
        assertIs(figure.value(), 1);
        assertThat(questions).hasSize(2);
    }

    @Test
    void givenTheBusDoesNotAnswer_whenWanted_thenTheOldValueStaysAndItIsAskedASecondLater() {
        wanted();
        answer(1);
        after(Duration.ofSeconds(2));
        wanted();
        questions.getLast().completeExceptionally(new IllegalStateException("away"));

        assertIs(figure.value(), 1);
        assertThat(questions).hasSize(2);

        after(Duration.ofSeconds(2));
        assertIs(figure.value(), 1);
        assertThat(questions).hasSize(3);
    }
}
