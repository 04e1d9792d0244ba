package dev.faas.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefreshingValueTest {
    private final AtomicLong clock = new AtomicLong();
    private final List<CompletableFuture<Integer>> fetches = new ArrayList<>();
    private final RefreshingValue<Integer> cached = new RefreshingValue<>(this::fetch, clock::get, Runnable::run);

    private CompletableFuture<Integer> fetch() {
        fetches.add(new CompletableFuture<>());
        return fetches.getLast();
    }

    private void use() {
        var unused = cached.value();
    }

    private void advance(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private void answer(int value) {
        fetches.getLast().complete(value);
    }

    private static void assertIs(CompletableFuture<Integer> value, int expected) {
        assertThat(value).isCompletedWithValue(expected);
    }

    @Test
    void givenNoValue_whenUsed_thenAllCallersWaitForOneFetch() {
        var first = cached.value();
        var second = cached.latest();
        assertThat(first).isNotDone();

        answer(1);

        assertIs(first, 1);
        assertIs(second, 1);
        assertThat(fetches).hasSize(1);
    }

    @Test
    void givenAValueOfTwoSecondsAgo_whenUsed_thenItIsReturnedAndRefreshedOnce() {
        use();
        answer(1);
        advance(Duration.ofSeconds(2));

        assertIs(cached.value(), 1);
        assertIs(cached.value(), 1);
        assertThat(fetches).hasSize(2);

        answer(2);
        assertIs(cached.value(), 2);
        assertThat(fetches).hasSize(2);
    }

    @Test
    void givenAValueOfTwoSecondsAgo_whenUsedRepeatedly_thenItIsRefreshedOnceInTheBackground() {
        var later = new ArrayList<Runnable>();
        var delayed = new RefreshingValue<>(this::fetch, clock::get, later::add);
        var first = delayed.value();
        answer(1);
        advance(Duration.ofSeconds(2));

        assertIs(delayed.value(), 1);
        assertIs(delayed.value(), 1);
        assertThat(first).isDone();
        assertThat(fetches).hasSize(1);
        assertThat(later).hasSize(1);

        later.getFirst().run();
        assertThat(fetches).hasSize(2);
    }

    @Test
    void givenAValueOfHalfASecondAgo_whenTheLatestIsUsed_thenItIsFetched() {
        use();
        answer(1);
        advance(Duration.ofMillis(500));

        assertIs(cached.value(), 1);
        assertThat(fetches).hasSize(1);
        var latest = cached.latest();
        assertThat(latest).isNotDone();
        answer(2);
        assertIs(latest, 2);
        assertIs(cached.latest(), 2);
        assertThat(fetches).hasSize(2);
    }

    @Test
    void givenAStaleValue_whenUsed_thenTheCallerWaitsForTheFetch() {
        use();
        answer(1);
        advance(Duration.ofSeconds(11));

        var value = cached.value();

        assertThat(value).isNotDone();
        answer(2);
        assertIs(value, 2);
    }

    @Test
    void givenASlowFetch_whenUsedOften_thenFetchingTakesATwentiethOfTheTime() {
        use();
        advance(Duration.ofMillis(500));
        answer(1);
        for (int i = 0; i < 9; i++) {
            advance(Duration.ofSeconds(1));
            assertIs(cached.value(), 1);
            assertIs(cached.latest(), 1);
        }
        assertThat(fetches).hasSize(1);

        advance(Duration.ofSeconds(2));
        assertIs(cached.value(), 1);
        assertThat(fetches).hasSize(2);
    }

    @Test
    void givenAFailedFetch_whenUsed_thenTheOldValueStaysAndTheNextFetchIsASecondLater() {
        use();
        answer(1);
        advance(Duration.ofSeconds(2));
        use();
        fetches.getLast().completeExceptionally(new IllegalStateException("away"));

        assertIs(cached.value(), 1);
        assertThat(fetches).hasSize(2);

        advance(Duration.ofSeconds(2));
        assertIs(cached.value(), 1);
        assertThat(fetches).hasSize(3);
    }
}
