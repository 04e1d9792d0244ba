package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.RecordedOutput;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.Termination.Exited;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many commands at once that end as soon as they start, on a busy machine. {@code docker run} loses the output of some:
 * of 576 on two cores under six busy loops, one ended with exit code 0 and without a byte. Our results must be
 * complete.
 */
@Tag("docker")
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ShortRunsTest {
    private static final int RUNS = 200;
    private static final int AT_ONCE = 16;
    private static final int BUSY = 6;

    @Test
    void givenABusyMachine_whenManyShortCommandsRun_thenEveryResultIsComplete() throws Exception {
        List<Process> load = new ArrayList<>();
        try (var images = new TestImages(TestImages.dockerHost());
                var engine = TestEngines.open(TestEngines.config());
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var image = images.load(BusyboxImage.running("/bin/echo", "-n"));
            for (int i = 0; i < BUSY; i++) {
                load.add(new ProcessBuilder("timeout", "120", "sh", "-c", "while :; do :; done").start());
            }
            var places = new Semaphore(AT_ONCE);
            List<Future<String>> results = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                var argument = "argument " + i;
                places.acquire();
                Callable<String> run = () -> {
                    try {
                        return result(engine, image, argument);
                    } finally {
                        places.release();
                    }
                };
                results.add(executor.submit(run));
            }

            for (int i = 0; i < RUNS; i++) {
                assertThat(results.get(i).get(120, TimeUnit.SECONDS)).isEqualTo("argument " + i);
            }
        } finally {
            load.forEach(Process::destroy); // timeout passes the signal on
        }
    }

    private static String result(DockerEngine engine, String image, String argument) throws SandboxUnavailable {
        var output = new RecordedOutput();
        try (var sandbox = engine.boot(EngineFixture.spec(image))) {
            var outcome = sandbox.run(EngineFixture.request(argument, EngineFixture.LONG), output);
            assertThat(outcome.termination()).isEqualTo(new Exited(0));
        }
        return output.stdoutText();
    }
}
