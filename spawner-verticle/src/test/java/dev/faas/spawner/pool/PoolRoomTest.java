package dev.faas.spawner.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.FakeEngine;
import dev.faas.spawner.engine.OwnContainer;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.SandboxUnavailable.NoRoom;
import dev.faas.testing.Await;
import dev.faas.testing.Pause;
import dev.faas.testing.Records;
import dev.faas.wire.Capacity;
import dev.faas.wire.FunctionSpec.Mode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The containers of a spawner never need more than its part of the host: of runs, ready, booting, and being removed. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PoolRoomTest {
    private final FakeEngine engine = new FakeEngine("me", "1").image("image", process -> 0);
    private final AtomicReference<Capacity> total = new AtomicReference<>(new Capacity(1_000, 1_000));
    private final Budget containers = new Budget(total::get);
    private final SandboxPool pool = SandboxPool.open(
            engine,
            new SandboxPool.Limits(8, 100, Duration.ofMinutes(5)),
            containers,
            new PoolMeters(new SimpleMeterRegistry()));

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        pool.close();
        assertThat(engine.listContainers()).isEmpty();
        assertThat(containers.used()).isEqualTo(Capacity.NONE);
    }

    private static PoolKey key(String function, int memoryMb) {
        return key("owner-" + function, function, memoryMb, Mode.ISOLATED);
    }

    private static PoolKey key(String owner, String function, int memoryMb, Mode mode) {
        var limits = new SandboxSpec.Limits(memoryMb, 1, 10);
        return new PoolKey(
                owner,
                Records.with(
                        EngineFixture.spec("image"),
                        "revision",
                        "fn_" + function + "@1",
                        "limits",
                        limits,
                        "mode",
                        mode));
    }

    private void prewarm(PoolKey key, int count) {
        pool.expect(key.spec().revision().replace("@1", ""), key, count, 100, false);
    }

    private long ready(PoolKey key) throws Exception {
        return engine.listContainers().stream()
                .map(OwnContainer::revision)
                .filter(key.spec().revision()::equals)
                .count();
    }

    @Test
    void givenIdleSandboxes_whenARunNeedsTheirMemory_thenThoseIdleForLongestGoFirst() throws Exception {
        var first = key("a", 250);
        var second = key("b", 250);
        prewarm(first, 1);
        Await.until("one is ready", () -> pool.readyCount() == 1);
        prewarm(second, 2);
        Await.until("all are ready", () -> pool.readyCount() == 3);

        try (var run = pool.take(key("large", 500))) {
            assertThat(run.isAlive()).isTrue();
            assertThat(ready(first)).isZero();
            assertThat(ready(second)).isEqualTo(2);
            assertThat(total.get().holds(engine.containerNeeds())).isTrue();
        }
        // Else one is kept ready for it, too, and not all fit.
        pool.forget("fn_large");
        Await.until("it is booted again when there is room", () -> ready(first) == 1);
    }

    @Test
    void givenFunctionsToKeepReady_whenThereIsNotRoomForAll_thenAQuarterStaysFreeAndOwnersShareTheRest()
            throws Exception {
        var many = key("ada", "many", 100, Mode.ISOLATED);
        var few = key("bob", "few", 100, Mode.ISOLATED);
        prewarm(many, 50);
        prewarm(few, 3);

        Await.until("as many as fit are ready", () -> pool.readyCount() == 7);
        Await.until("both owners have some", () -> ready(few) == 3 && ready(many) == 4);
        assertThat(engine.containerNeeds().memoryMb()).isEqualTo(700);
    }

    @Test
    void givenAPartThatShrinks_whenSandboxesAreIdle_thenTheyAreDiscardedAndARunThatNoLongerFitsIsRefused()
            throws Exception {
        prewarm(key("a", 100), 6);
        Await.until("all are ready", () -> pool.readyCount() == 6);

        total.set(new Capacity(400, 1_000));
        pool.budgetChanged();

        Await.until("they fit", () -> engine.containerNeeds().memoryMb() <= 400);
        assertThatThrownBy(() -> pool.take(key("large", 500)).close())
                .isInstanceOf(NoRoom.class)
                .hasMessageContaining("500 MiB");
    }

    /** Runs are admitted as the scheduler does: all that run or boot for a run fit together. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void givenAnyMix_whenRunsComeAndGo_thenTheSumNeverExceedsTheBudgetAndAllRunsGetTheirSandbox(long seed)
            throws Exception {
        var random = new Random(seed);
        var runs = new Budget(total::get);
        engine.onRemoval(() -> Pause.of(Duration.ofMillis(20)));
        var worst = new AtomicReference<>(Capacity.NONE);
        engine.booted(spec -> worst.accumulateAndGet(engine.containerNeeds(), Capacity::max));
        var keys = new ArrayList<PoolKey>();
        for (int i = 0; i < 12; i++) {
            var mode = i % 3 == 0 ? Mode.REUSED : Mode.ISOLATED;
            keys.add(key("owner-" + i % 4, "f" + i, 1 + random.nextInt(i % 4 == 0 ? 999 : 300), mode));
            prewarm(keys.getLast(), random.nextInt(3));
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var admitted = new ArrayList<Future<?>>();
            for (int i = 0; i < 400; i++) {
                var key = keys.get(random.nextInt(keys.size()));
                var need = key.spec().limits().capacity();
                var pause = Duration.ofMillis(random.nextInt(10));
                Await.until("it is admitted", Duration.ofSeconds(30), () -> runs.tryTake(need));
                admitted.add(executor.submit(() -> {
                    try (Sandbox sandbox = pool.take(key)) {
                        assertThat(sandbox.isAlive()).isTrue();
                        Pause.of(pause);
                    } finally {
                        runs.release(need);
                    }
                    return null;
                }));
            }
            for (var run : admitted) {
                run.get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(worst.get()).isNotEqualTo(Capacity.NONE);
        assertThat(total.get().holds(worst.get())).as(worst.toString()).isTrue();
    }
}
