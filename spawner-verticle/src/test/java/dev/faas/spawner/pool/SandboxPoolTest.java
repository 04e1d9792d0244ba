package dev.faas.spawner.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.Report.Container.Origin;
import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.FakeEngine;
import dev.faas.spawner.engine.OwnContainer;
import dev.faas.spawner.engine.RecordedOutput;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.engine.Termination;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Capacity;
import dev.faas.wire.FunctionSpec.Mode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SandboxPoolTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final FakeEngine engine = new FakeEngine("me", "1").image("image", process -> 0);
    private volatile Capacity total = new Capacity(1 << 20, 1 << 20);
    private final List<SandboxPool> opened = new ArrayList<>();

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        for (var pool : opened) {
            pool.close();
        }
        assertThat(engine.listContainers()).isEmpty();
    }

    private SandboxPool pool(int budget, Duration idle, int boots) {
        var pool = SandboxPool.open(
                engine, new SandboxPool.Limits(boots, budget, idle), new Budget(() -> total), new PoolMeters(registry));
        opened.add(pool);
        return pool;
    }

    private static PoolKey key(String owner, String revision) {
        return key(owner, revision, Mode.ISOLATED);
    }

    private static PoolKey key(String owner, String revision, Mode mode) {
        return new PoolKey(owner, Records.with(EngineFixture.spec("image"), "revision", revision, "mode", mode));
    }

    private double count(String name) {
        return registry.get(name).counter().count();
    }

    @Test
    void givenANewFunction_whenItsFirstRunComes_thenASandboxIsReady() throws Exception {
        var pool = pool(4, LONG, 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 0, 10, true);
        Await.until("one is ready", () -> pool.readyCount() == 1);

        pool.take(key("ada", "fn_a@1")).close();

        assertThat(count("faas.pool.hits")).isEqualTo(1);
        assertThat(count("faas.pool.misses")).isZero();
    }

    @Test
    void givenAnExistingFunction_whenTheSpawnerStarts_thenNothingIsBooted() throws Exception {
        var pool = pool(4, LONG, 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 0, 10, false);
        pool.expect("fn_b", key("ada", "fn_b@1"), 2, 10, false);

        Await.until("those that are to be ready always are", () -> pool.readyCount() == 2);
        assertThat(engine.listContainers()).extracting(OwnContainer::revision).containsOnly("fn_b@1");
    }

    @Test
    void givenASandboxBootedAhead_whenARunGetsIt_thenItIsPooled() throws Exception {
        var pool = pool(4, LONG, 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 0, 10, true);
        Await.until("one is ready", () -> pool.readyCount() == 1);

        try (var sandbox = pool.take(key("ada", "fn_a@1"))) {
            assertThat(sandbox.describe().sandbox()).isEqualTo(Origin.POOLED);
        }
    }

    @Test
    void givenASandboxThatIsTaken_whenTheNextRunComes_thenItGetsAnotherOne() throws Exception {
        var pool = pool(4, LONG, 4);
        try (var first = pool.take(key("ada", "fn_a@1"));
                var second = pool.take(key("ada", "fn_a@1"))) {
            assertThat(first).isNotSameAs(second);
            assertThat(engine.listContainers().size()).isGreaterThanOrEqualTo(2);
        }
        assertThat(count("faas.pool.misses")).isPositive();
    }

    @Test
    void givenABootUnderWay_whenARunComes_thenItTakesThatOneAndNoOtherIsBooted() throws Exception {
        var go = new CountDownLatch(1);
        var boots = new AtomicInteger();
        engine.onBoot(() -> {
            boots.incrementAndGet();
            go.await();
        });
        var pool = pool(1, LONG, 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 0, 1, true);
        Await.until("it boots ahead", () -> boots.get() == 1);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var taken = executor.submit(() -> pool.take(key("ada", "fn_a@1")));
            Await.until("the run waits", () -> count("faas.pool.misses") == 1);
            assertThat(boots.get()).isEqualTo(1);
            go.countDown();
            taken.get(30, TimeUnit.SECONDS).close();
        }
    }

    @Test
    void givenAFunctionOutOfUse_whenItsTimeIsOver_thenItHasNoSandbox() throws Exception {
        var pool = pool(4, Duration.ofMillis(300), 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 0, 10, true);
        Await.until("one is ready", () -> pool.readyCount() == 1);

        Await.until(
                "none is",
                () -> pool.readyCount() == 0 && engine.listContainers().isEmpty());
        assertThat(count("faas.pool.wasted")).isEqualTo(1);
    }

    @Test
    void givenASuspendedPool_whenSandboxesWereReady_thenNoneIsUntilItResumes() throws Exception {
        var pool = pool(4, LONG, 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 2, 10, true);
        Await.until("they are ready", () -> pool.readyCount() == 2);

        pool.setSuspended(true);
        Await.until(
                "they are gone",
                () -> pool.readyCount() == 0 && engine.listContainers().isEmpty());
        pool.setSuspended(false);

        Await.until("others are ready", () -> pool.readyCount() == 2);
    }

    @Test
    void givenANewRevision_whenTheOldOneHasSandboxes_thenTheyAreRemoved() throws Exception {
        var pool = pool(4, LONG, 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 2, 10, true);
        Await.until("they are ready", () -> pool.readyCount() == 2);

        pool.expect("fn_a", key("ada", "fn_a@2"), 2, 10, true);

        Await.until(
                "only the new one's are there",
                () -> pool.readyCount() == 2
                        && engine.listContainers().stream()
                                .allMatch(own -> own.revision().equals("fn_a@2")));
    }

    @Test
    void givenAFunctionThatIsDeleted_whenItHasSandboxes_thenTheyAreRemoved() throws Exception {
        var pool = pool(4, LONG, 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 2, 10, true);
        Await.until("they are ready", () -> pool.readyCount() == 2);

        pool.forget("fn_a");

        Await.until(
                "they are gone",
                () -> pool.readyCount() == 0 && engine.listContainers().isEmpty());
    }

    @Test
    void givenABudget_whenOneOwnerWantsAllOfIt_thenAnotherOwnerGetsTheirShare() throws Exception {
        var pool = pool(4, LONG, 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 100, 1000, true);
        Await.until("she has all", () -> pool.readyCount() == 4);

        pool.expect("fn_b", key("bob", "fn_b@1"), 100, 1000, true);

        Await.until(
                "each has half",
                () -> engine.listContainers().stream()
                                .filter(own -> own.revision().equals("fn_b@1"))
                                .count()
                        == 2);
        assertThat(engine.listContainers()).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void givenRunsThatWaitForABoot_whenOthersCouldBeBootedAhead_thenDemandGoesFirst() throws Exception {
        var order = java.util.Collections.synchronizedList(new ArrayList<String>());
        var go = new CountDownLatch(1);
        engine.onBoot(go::await);
        engine.booted(spec -> order.add(spec.revision()));
        var pool = pool(8, LONG, 1);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = executor.submit(() -> pool.take(key("ada", "fn_a@1")));
            Await.until("the one place is taken", () -> count("faas.pool.misses") == 1);
            pool.expect("fn_b", key("bob", "fn_b@1"), 4, 10, true);
            var second = executor.submit(() -> pool.take(key("ada", "fn_a@1")));
            Await.until("two wait", () -> count("faas.pool.misses") == 2);
            go.countDown();
            first.get(30, TimeUnit.SECONDS).close();
            second.get(30, TimeUnit.SECONDS).close();
        }

        assertThat(order.subList(0, 2)).containsExactly("fn_a@1", "fn_a@1");
    }

    @Test
    void givenAnImageThatIsNotThere_whenTaken_thenTheRunFailsWithTheCauseAndNothingIsBootedAheadForAWhile()
            throws Exception {
        var tries = new AtomicInteger();
        engine.unavailable("image", () -> {
            tries.incrementAndGet();
            return new ImageNotFound("no such image");
        });
        var pool = pool(4, LONG, 4);

        assertThatThrownBy(() -> pool.take(key("ada", "fn_a@1"))).isInstanceOf(ImageNotFound.class);

        pool.expect("fn_a", key("ada", "fn_a@1"), 1, 10, true);
        assertThat(tries.get()).isEqualTo(1);
    }

    @Test
    void givenAnEngineThatIsAway_whenItComesBack_thenThePoolFillsItself() throws Exception {
        var pool = pool(4, LONG, 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 2, 10, true);
        Await.until("they are ready", () -> pool.readyCount() == 2);

        engine.down(true);
        Await.until("they are thrown away", () -> pool.readyCount() == 0);
        engine.down(false);

        Await.until("others are ready", () -> pool.readyCount() == 2);
    }

    @Test
    void givenARunThatWaitsForABoot_whenInterrupted_thenTheSandboxGoesToTheNextRun() throws Exception {
        var go = new CountDownLatch(1);
        engine.onBoot(go::await);
        var pool = pool(1, LONG, 4);
        var failed = new CountDownLatch(1);
        var waiting = Thread.ofVirtual().start(() -> {
            try {
                pool.take(key("ada", "fn_a@1")).close();
            } catch (SandboxUnavailable e) {
                failed.countDown();
            }
        });
        Await.until("it waits", () -> count("faas.pool.misses") == 1);

        waiting.interrupt();

        assertThat(failed.await(30, TimeUnit.SECONDS)).isTrue();
        go.countDown();
        Await.until("it is ready for the next", () -> pool.readyCount() == 1);
    }

    private static PoolKey reused(String owner, String revision) {
        return key(owner, revision, Mode.REUSED);
    }

    private static void run(Sandbox sandbox) {
        var request = EngineFixture.request("", EngineFixture.LONG);
        assertThat(sandbox.run(request, new RecordedOutput()).termination()).isInstanceOf(Termination.Exited.class);
    }

    @Test
    void givenAFunctionInReusedMode_whenRunsComeOneByOne_thenAllUseTheSameContainer() throws Exception {
        var boots = new AtomicInteger();
        engine.booted(spec -> boots.incrementAndGet());
        var pool = pool(4, LONG, 4);
        for (int i = 0; i < 20; i++) {
            try (var sandbox = pool.take(reused("ada", "fn_a@1"))) {
                run(sandbox);
            }
            Await.until("it is back", () -> pool.readyCount() == 1);
        }

        assertThat(boots.get()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"REUSED, REUSED", "NESTED, NESTED"})
    void givenAKeptContainer_whenTheSecondRunGetsIt_thenThatIsItsOriginAndTheFirstWaitedForItsBoot(
            Mode mode, Origin second) throws Exception {
        var pool = pool(4, LONG, 4);
        for (var origin : List.of(Origin.BOOTED, second)) {
            try (var sandbox = pool.take(key("ada", "fn_a@1", mode))) {
                assertThat(sandbox.describe().sandbox()).isEqualTo(origin);
                run(sandbox);
            }
            Await.until("it is back", () -> pool.readyCount() == 1);
        }
    }

    @Test
    void givenMoreRunsThanAReusedFunctionMayHave_whenTaken_thenTheyWaitForAReturnedSandbox() throws Exception {
        var boots = new AtomicInteger();
        engine.booted(spec -> boots.incrementAndGet());
        var pool = pool(4, LONG, 4);
        var first = pool.take(reused("ada", "fn_a@1"));
        pool.expect("fn_a", reused("ada", "fn_a@1"), 0, 1, false);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var second = executor.submit(() -> pool.take(reused("ada", "fn_a@1")));
            Await.until("it waits", () -> count("faas.pool.misses") == 2);
            run(first);
            first.close();
            second.get(30, TimeUnit.SECONDS).close();
        }

        assertThat(boots.get()).isEqualTo(1);
    }

    @Test
    void givenRunsThatWaitForTheOnlyPlace_whenItsBootFails_thenTheNextRunGetsABoot() throws Exception {
        var boots = new AtomicInteger();
        var go = new CountDownLatch(1);
        engine.onBoot(() -> {
            boolean first = boots.getAndIncrement() == 0;
            go.await();
            if (first) {
                throw new InterruptedException("this one fails");
            }
        });
        var pool = pool(0, LONG, 4);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = executor.submit(() -> pool.take(reused("ada", "fn_a@1")));
            Await.until("it boots", () -> boots.get() == 1);
            pool.expect("fn_a", reused("ada", "fn_a@1"), 0, 1, false);
            var second = executor.submit(() -> pool.take(reused("ada", "fn_a@1")));
            Await.until("both wait", () -> count("faas.pool.misses") == 2);
            go.countDown();

            assertThatThrownBy(() -> first.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(BootFailed.class);
            second.get(30, TimeUnit.SECONDS).close();
        }
    }

    @Test
    void givenABootThatDoesNotEnd_whenTheCloseIsCutOff_thenReadySandboxesAreStillRemoved() throws Exception {
        var pool = pool(4, LONG, 4);
        pool.expect("fn_a", key("ada", "fn_a@1"), 2, 10, true);
        Await.until("they are ready", () -> pool.readyCount() == 2);
        var boots = new AtomicInteger();
        var go = new CountDownLatch(1);
        engine.onBoot(() -> {
            boots.incrementAndGet();
            go.await();
        });
        pool.expect("fn_b", key("bob", "fn_b@1"), 1, 10, true);
        Await.until("one boots", () -> boots.get() > 0);
        var mayGo = new CountDownLatch(1);
        engine.onRemoval(mayGo::await);
        var closing = Thread.ofVirtual().start(() -> assertThatThrownBy(pool::close));
        Await.until("it waits for the boot", () -> pool.readyCount() == 0);

        closing.interrupt();

        assertThat(closing.join(Duration.ofMillis(500))).as("closed before").isFalse();
        mayGo.countDown();
        closing.join();
        assertThat(engine.listContainers()).isEmpty();
        go.countDown();
    }

    @Test
    void givenAReusedSandboxThatWasGivenBack_whenItsFormerRunCancels_thenTheNextRunIsNotCancelled() throws Exception {
        var pool = pool(4, LONG, 4);
        var former = pool.take(reused("ada", "fn_a@1"));
        run(former);
        former.close();
        Await.until("it is back", () -> pool.readyCount() == 1);
        try (var next = pool.take(reused("ada", "fn_a@1"))) {
            former.cancel();
            former.close();

            run(next);
        }
    }

    @Test
    void givenAPoolThatIsClosed_whenTaken_thenRefused() throws Exception {
        var pool = pool(4, LONG, 4);
        pool.close();

        assertThatThrownBy(() -> pool.take(key("ada", "fn_a@1"))).isInstanceOf(BootFailed.class);
    }
}
