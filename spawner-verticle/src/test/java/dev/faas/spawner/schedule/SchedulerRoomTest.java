package dev.faas.spawner.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.schedule.Scheduler.Turn;
import dev.faas.wire.Capacity;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What functions need decides, beside slots, who is next. Each turn brings a run, and more wait behind it. */
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SchedulerRoomTest {
    private static final QueueKey SMALL = new QueueKey("ada", "small");
    private static final QueueKey OTHER = new QueueKey("bob", "other");
    private static final QueueKey LARGE = new QueueKey("eve", "large");
    private static final QueueKey NONE = new QueueKey("none", "none");

    private final Map<QueueKey, Capacity> needs = new HashMap<>(Map.of(
            SMALL, new Capacity(100, 10),
            OTHER, new Capacity(100, 10),
            LARGE, new Capacity(800, 10)));
    private volatile Capacity total = new Capacity(1_000, 1_000);
    private final Budget budget = new Budget(() -> total);
    private long now = System.nanoTime();
    private final Scheduler scheduler =
            new Scheduler(new Slots(100, owner -> 100), budget, key -> 100, needs::get, () -> now);
    private final Deque<RunPlace> running = new ArrayDeque<>();

    /** The function that has a turn now; {@link #NONE} if none has. */
    private QueueKey next() {
        if (!(scheduler.takeNext(new long[1]).orElse(null) instanceof Turn.Pull(var place))) {
            return NONE;
        }
        scheduler.commandReceived(place, true);
        scheduler.runRegistered();
        running.addLast(place);
        return place.queue.key;
    }

    private void endOldest() {
        scheduler.runEnded(running.removeFirst());
    }

    private void fill() {
        for (var key = next(); !key.equals(NONE); key = next()) {
            assertThat(budget.total().holds(budget.used())).isTrue();
        }
    }

    @Test
    void givenALargeFunction_whenSmallOnesUseAllThatIsFreed_thenAfterTenSecondsItGetsTheNext() {
        scheduler.workMayExist(SMALL);
        scheduler.workMayExist(OTHER);
        fill();
        assertThat(budget.used().memoryMb()).isEqualTo(1_000);
        scheduler.workMayExist(LARGE);
        for (int i = 0; i < 9; i++) {
            endOldest();
            assertThat(next()).isIn(SMALL, OTHER);
            now += Duration.ofSeconds(1).toNanos();
        }

        now += Scheduler.ROOM_PATIENCE.toNanos();
        var order = new ArrayList<QueueKey>();
        for (int i = 0; i < 8; i++) {
            endOldest();
            order.add(next());
        }

        assertThat(order.subList(0, 7)).containsOnly(NONE);
        assertThat(order.getLast()).isEqualTo(LARGE);
        endOldest();
        assertThat(next()).isIn(SMALL, OTHER);
    }

    @Test
    void givenAnOwnerWithManyLargeFunctions_whenTheyHaveWaited_thenOtherOwnersStillHaveTheirTurns() {
        for (int i = 0; i < 20; i++) {
            var key = new QueueKey("eve", "large-" + i);
            needs.put(key, new Capacity(800, 10));
            scheduler.workMayExist(key);
        }
        scheduler.workMayExist(SMALL);
        fill();
        int smallTurns = 0;
        for (int i = 0; i < 40; i++) {
            now += Scheduler.ROOM_PATIENCE.toNanos();
            endOldest();
            for (var key = next(); !key.equals(NONE); key = next()) {
                smallTurns += key.equals(SMALL) ? 1 : 0;
            }
        }
        assertThat(smallTurns).isGreaterThan(10);
    }

    @Test
    void givenAFunctionThatNeverFits_whenItWaits_thenItKeepsNobodyOut() {
        needs.put(LARGE, new Capacity(1_001, 10));
        scheduler.workMayExist(LARGE);
        assertThat(next()).isEqualTo(NONE);
        now += Scheduler.ROOM_PATIENCE.multipliedBy(2).toNanos();
        assertThat(next()).isEqualTo(NONE);
        scheduler.workMayExist(SMALL);
        assertThat(next()).isEqualTo(SMALL);
        assertThat(scheduler.waitingForSlots(10)).containsExactly(LARGE);
    }

    @Test
    void givenARunThatNeedsMoreThanItsFunction_whenItDoesNotFit_thenTheNextTurnIsWhenItDoes() {
        scheduler.workMayExist(OTHER);
        for (int i = 0; i < 5; i++) {
            assertThat(next()).isEqualTo(OTHER);
        }
        scheduler.workMayExist(SMALL);
        for (var key = next(); !key.equals(SMALL); key = next()) {}
        var place = running.removeLast();
        assertThat(scheduler.correctNeed(place, new Capacity(700, 10))).isFalse();
        scheduler.runEnded(place);
        fill(); // by the other function
        endOldest();
        now += Scheduler.ROOM_PATIENCE.toNanos();
        while (!next().equals(SMALL)) {
            endOldest();
        }

        var again = running.getLast();
        assertThat(again.need).isEqualTo(new Capacity(700, 10));
        assertThat(scheduler.correctNeed(again, new Capacity(50, 10))).isTrue();
        assertThat(again.need).isEqualTo(new Capacity(50, 10));
        scheduler.runEnded(running.removeLast());
        while (!next().equals(SMALL)) {
            endOldest();
        }
        assertThat(running.getLast().need).isEqualTo(needs.get(SMALL));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void givenAnyMix_whenRunsComeAndGoAndTheBudgetChanges_thenNoTurnExceedsItAndAllIsGivenBack(long seed) {
        var random = new Random(seed);
        var keys = new ArrayList<QueueKey>();
        for (int i = 0; i < 12; i++) {
            var key = new QueueKey("owner-" + i % 4, "f-" + i);
            needs.put(key, new Capacity(1 + random.nextInt(900), 1 + random.nextInt(300)));
            keys.add(key);
            scheduler.workMayExist(key);
        }
        var served = new HashMap<QueueKey, Integer>();
        for (int i = 0; i < 3_000; i++) {
            now += Duration.ofMillis(random.nextInt(3_000)).toNanos();
            if (random.nextInt(50) == 0) {
                total = random.nextBoolean() ? new Capacity(1_000, 1_000) : new Capacity(950, 400);
                scheduler.budgetChanged();
            }
            if (random.nextBoolean() && !running.isEmpty()) {
                endOldest();
                continue;
            }
            var before = budget.used();
            var key = next();
            if (!key.equals(NONE)) {
                assertThat(total.holds(budget.used()))
                        .as(before + " and " + needs.get(key))
                        .isTrue();
                served.merge(key, 1, Integer::sum);
                if (random.nextInt(5) == 0) {
                    boolean fits = scheduler.correctNeed(
                            running.getLast(), new Capacity(1 + random.nextInt(900), 1 + random.nextInt(300)));
                    assertThat(total.holds(budget.used())).isTrue();
                    if (!fits) {
                        scheduler.runEnded(running.removeLast());
                    }
                }
            }
        }
        assertThat(served.keySet()).containsAll(keys);
        while (!running.isEmpty()) {
            endOldest();
        }
        assertThat(budget.used()).isEqualTo(Capacity.NONE);
        assertThat(List.copyOf(served.values()))
                .allSatisfy(turns -> assertThat(turns).isGreaterThan(20));
    }
}
