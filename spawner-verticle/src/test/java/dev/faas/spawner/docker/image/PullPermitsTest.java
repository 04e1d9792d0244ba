package dev.faas.spawner.docker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
final class PullPermitsTest {
    private static final long MIB = 1 << 20;

    private final AtomicLong room = new AtomicLong();
    private final PullPermits places = new PullPermits(100 * MIB, room::get);

    @ParameterizedTest(name = "room {0}, then {1}, then {2} MiB")
    @CsvSource({
        "500, 500, 400, ''",
        "500, 500, 399, larger unpacked than 100 MiB",
        "500, 600, 500, ''",
        "500, 600, 499, larger unpacked than 100 MiB",
        "50, 50, 0, ''",
        "50, 50, -1, nearly full",
    })
    void aPullMayTakeTheLimitOfTheMostThatWasFreeSinceItsStart(long start, long then, long last, String excess)
            throws Exception {
        room.set(start * MIB);
        try (var permit = places.take()) {
            room.set(then * MIB);
            assertThat(permit.excess()).isEmpty();
            room.set(last * MIB);
            assertThat(permit.excess().orElse("")).contains(excess);
            assertThat(permit.excess().isPresent()).isEqualTo(!excess.isEmpty());
        }
    }

    @Test
    void aPullIsSharedOnceAnotherHasRunBesideIt() throws Exception {
        try (var first = places.take()) {
            assertThat(first.wasShared()).isFalse();
            try (var second = places.take()) {
                assertThat(second.wasShared()).isTrue();
            }
            assertThat(first.wasShared()).isTrue();
            try (var third = places.take()) {
                assertThat(third.wasShared()).isTrue();
            }
        }
        try (var alone = places.takeAll()) {
            assertThat(alone.wasShared()).isFalse();
        }
    }

    @Test
    void atMostTwoPullsRunAtOnceAndOneAloneHasItsTurn() throws Exception {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var besideAlone = new AtomicInteger();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> pulls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                boolean alone = i % 10 == 0;
                pulls.add(executor.submit(() -> {
                    try (var permit = alone ? places.takeAll() : places.take()) {
                        assertThat(alone && permit.wasShared()).isFalse();
                        int now = running.incrementAndGet();
                        most.accumulateAndGet(now, Math::max);
                        if (alone) {
                            besideAlone.accumulateAndGet(now, Math::max);
                        }
                        Pause.of(Duration.ofMillis(1));
                        running.decrementAndGet();
                    }
                    return null;
                }));
            }
            for (var pull : pulls) {
                pull.get(10, TimeUnit.SECONDS);
            }
        }
        assertThat(most).hasValueLessThanOrEqualTo(2);
        assertThat(besideAlone).hasValue(1);
    }
}
