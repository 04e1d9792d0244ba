package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Status;
import dev.faas.spawner.engine.OutputSink.Stream;
import dev.faas.spawner.run.RunTiming;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stops NATS while activations run. */
@Tag("slow")
final class OutageTest {
    @AutoClose
    private Platform platform;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
    }

    private long ends(String id) throws Exception {
        return platform.history(id).stream().filter(Ended.class::isInstance).count();
    }

    @Test
    void givenRunsUnderWay_whenTheBusIsKilledAndStartedAgain_thenEachEndsExactlyOnceInItsFirstRun() throws Exception {
        var gate = new Gate();
        platform.images.put("gate", gate);
        platform.spawner("steady", 8, Duration.ofSeconds(10), RunTiming.DEFAULT);
        var function = platform.function(Specs.of("gate"));
        var ids = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            ids.add(platform.submit(function, ""));
        }
        gate.awaitBegun(5);

        platform.server.kill();
        gate.open();
        platform.server.restart();

        for (var id : ids) {
            assertThat(platform.ended(id).report().output().result()).isEqualTo("through");
            assertThat(ends(id)).isEqualTo(1);
            Platform.until("its command is acknowledged", () -> !platform.queued(function, id));
        }
        assertThat(gate.runs()).isEqualTo(5);
    }

    @Test
    void givenOutputUnderWay_whenTheBusIsRestarted_thenTheResultIsCompleteAndInOrder() throws Exception {
        var bytes = new byte[3 << 20];
        new Random(1).nextBytes(bytes);
        var pieces = new Semaphore(0);
        platform.images.put("stream", process -> {
            for (int i = 0; i < 3; i++) {
                pieces.acquire();
                process.write(Stream.STDOUT, Arrays.copyOfRange(bytes, i << 20, (i + 1) << 20));
            }
            return 0;
        });
        platform.spawner("steady", 1, Duration.ofSeconds(10), RunTiming.DEFAULT);
        var id = platform.submit(platform.function(Specs.limits("stream", 60, 4096, 1)), "");
        pieces.release();
        Platform.until(
                "output flows",
                () -> Platform.get(platform.events.lastOutput(id)).isPresent());

        pieces.release();
        platform.server.kill();
        platform.server.restart();
        pieces.release();

        var ended = platform.ended(id);
        assertThat(ended.report().output().resultTruncated()).isFalse();
        assertThat(ended.report().output().resultBytes()).isEqualTo(bytes.length);
        assertThat(platform.output(id, ended.runId(), Source.STDOUT)).isEqualTo(bytes);
    }

    @Test
    void givenALeaseThatIsOver_whenTheBusStaysAway_thenTheCommandIsKilledAndRunsAgainLater() throws Exception {
        var began = new CountDownLatch(1);
        var killed = new CountDownLatch(1);
        var runs = new AtomicInteger();
        platform.images.put("slow at first", process -> {
            if (runs.getAndIncrement() > 0) {
                return 0;
            }
            began.countDown();
            try {
                return process.hang();
            } catch (InterruptedException e) {
                killed.countDown();
                throw e;
            }
        });
        var spawner = platform.spawner(1);
        var id = platform.submit(platform.function(Specs.of("slow at first")), "");
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();

        platform.server.kill();

        assertThat(killed.await(30, TimeUnit.SECONDS)).isTrue();
        Platform.until(
                "its container is gone", () -> spawner.engine().listContainers().isEmpty());
        platform.server.restart();
        var ended = platform.ended(id, Duration.ofSeconds(60));
        assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(ended.attempt()).isEqualTo(1);
        assertThat(ends(id)).isEqualTo(1);
        assertThat(runs).hasValue(2);
    }
}
