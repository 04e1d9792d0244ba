package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.Spawners;
import dev.faas.activation.Status;
import dev.faas.spawner.engine.EngineHost;
import dev.faas.testing.Pause;
import dev.faas.wire.Capacity;
import dev.faas.wire.FunctionRevision;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Spawners that share a host: the limits of all their containers together. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class BudgetTest {
    private static final EngineHost HOST = new EngineHost("shared", new Capacity(2_500, 20_000));
    /** Four fifths, and half. */
    private static final Capacity ALL = new Capacity(2_000, 10_000);

    @AutoClose
    private Platform platform;

    private final List<Platform.Started> spawners = new CopyOnWriteArrayList<>();
    private final AtomicReference<Capacity> most = new AtomicReference<>(Capacity.NONE);

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.hosts = () -> HOST;
        platform.images.put("short", process -> {
            Pause.of(Duration.ofMillis(100));
            return 0;
        });
        platform.images.put("longer", process -> {
            Pause.of(Duration.ofMillis(300));
            return 0;
        });
        platform.images.put("hangs", process -> {
            process.awaitTerm();
            return 0;
        });
    }

    private Platform.Started spawner() throws Exception {
        var spawner = platform.spawner(8);
        spawner.engine().booted(spec -> most.accumulateAndGet(sum(), Capacity::max));
        spawners.add(spawner);
        return spawner;
    }

    private Capacity sum() {
        return spawners.stream().map(each -> each.engine().containerNeeds()).reduce(Capacity.NONE, Capacity::plus);
    }

    private FunctionRevision function(String image, int memoryMb) throws Exception {
        return platform.function(Specs.memory(image, memoryMb));
    }

    @Test
    void givenSpawnersThatComeAndGo_whenFunctionsOfAllSizesRun_thenAllEndAndTheSumNeverExceedsTheHost()
            throws Exception {
        spawner();
        var functions = new ArrayList<FunctionRevision>();
        for (int memoryMb : new int[] {64, 128, 200, 256, 400, 600}) {
            functions.add(function("short", memoryMb));
        }
        var random = new Random(1);
        var ids = new ArrayList<String>();
        for (int i = 0; i < 240; i++) {
            ids.add(platform.submit(functions.get(random.nextInt(functions.size())), ""));
            if (i == 60 || i == 120) {
                spawner();
            }
        }
        spawners.getFirst().stop();

        for (var id : ids) {
            assertThat(platform.ended(id, Duration.ofSeconds(60)).currentStatus())
                    .isEqualTo(Status.SUCCEEDED);
        }
        assertThat(most.get()).isNotEqualTo(Capacity.NONE);
        assertThat(ALL.holds(most.get())).as(most.toString()).isTrue();
    }

    @Test
    void givenALargeFunction_whenSmallOnesTakeAllThatIsFreed_thenItRunsNevertheless() throws Exception {
        spawner();
        // Eight at once: together they take more than twice Scheduler.ROOM_PATIENCE.
        var small = function("longer", 250);
        for (int i = 0; i < 600; i++) {
            platform.submit(small, "");
        }
        var large = platform.submit(function("short", 1_900), "");

        assertThat(platform.ended(large, Duration.ofSeconds(25)).currentStatus())
                .isEqualTo(Status.SUCCEEDED);
        assertThat(Platform.get(platform.queue.stats(small.id())).orElseThrow().queued())
                .isPositive();
    }

    @Test
    void givenMemoryThatIsTaken_whenAnotherRunComes_thenItWaitsAndTheHeartbeatSaysWhatIsFree() throws Exception {
        spawner();
        var first = platform.submit(function("hangs", 1_500), "");
        Platform.until("it runs", () -> platform.state(first) instanceof Running);
        var second = platform.submit(function("short", 600), "");
        var third = platform.ended(platform.submit(function("short", 500), ""));

        assertThat(third.currentStatus()).isEqualTo(Status.SUCCEEDED);
        assertThat(platform.state(second)).isInstanceOf(Queued.class);
        try (var observer = new Spawners(platform.nats)) {
            observer.startObserving();
            Platform.until(
                    "its heartbeat tells",
                    () -> observer.recentHeartbeats().stream()
                            .map(SpawnerHeartbeat::budget)
                            .anyMatch(budget ->
                                    budget.part().equals(ALL) && budget.free().memoryMb() == 500));
        }
        platform.requestCancel(first);
        assertThat(platform.ended(second).currentStatus()).isEqualTo(Status.SUCCEEDED);
    }
}
