package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Status;
import dev.faas.testing.Pause;
import dev.faas.wire.FunctionRevision;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** More spawners with the same slots do the same work: the slots are spent on runs, and not on pulls that find nothing. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class ManySpawnersTest {
    private static final Logger LOG = LoggerFactory.getLogger(ManySpawnersTest.class);
    private static final int SPAWNERS = 4;
    private static final int SLOTS = 4;
    private static final int FUNCTIONS = 200;
    private static final int RUNS = 640;
    private static final Duration RUN = Duration.ofMillis(120);
    /** 80 a second: 60 % of the slots. */
    private static final Duration BETWEEN = Duration.ofNanos(12_500_000);

    @AutoClose
    private Platform platform;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
    }

    @Test
    void givenFourSpawners_whenTwoHundredFunctionsAreCalled_thenFewPullsFindNothing() throws Exception {
        platform.images.put("sleeper", process -> {
            Pause.of(RUN);
            return 0;
        });
        var functions = new ArrayList<FunctionRevision>();
        for (int i = 0; i < FUNCTIONS; i++) {
            functions.add(platform.function(Specs.of("sleeper")));
        }
        for (int i = 0; i < SPAWNERS; i++) {
            platform.spawner(SLOTS);
        }
        var pulls = new AtomicInteger();
        var ids = new ArrayList<String>();
        try (var _ = platform.nats.subscribe("$JS.API.CONSUMER.MSG.NEXT.>", pull -> pulls.incrementAndGet())) {
            long next = System.nanoTime();
            for (int i = 0; i < RUNS; i++) {
                LockSupport.parkNanos(next - System.nanoTime());
                next += BETWEEN.toNanos();
                ids.add(platform.submit(
                        functions.get(ThreadLocalRandom.current().nextInt(FUNCTIONS)), ""));
            }
            var waits = new ArrayList<Long>();
            for (var id : ids) {
                var ended = platform.ended(id);
                assertThat(ended.currentStatus()).isEqualTo(Status.SUCCEEDED);
                waits.add(Duration.between(ended.activation().submittedAt(), ended.claimedAt())
                        .toMillis());
            }
            waits.sort(null);
            LOG.warn(
                    "runs={} pulls={} waitMs p50={} p95={} max={}",
                    RUNS,
                    pulls.get(),
                    waits.get(RUNS / 2),
                    waits.get(RUNS * 95 / 100),
                    waits.getLast());
        }

        // With a pull by each spawner for each command there would be 2,560. Commands that wait on a busy machine cost
        // scans.
        assertThat(pulls.get()).isLessThan(RUNS * 2);
    }
}
