package dev.faas.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Env;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Void> signal = new CompletableFuture<>();
    private final CountDownLatch up = new CountDownLatch(1);
    private final List<String> events = new CopyOnWriteArrayList<>();

    private record Settings(String name, int port) {
        Settings {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("a name is needed");
            }
        }

        static Settings from(Env env) {
            return new Settings(
                    env.required("FAAS_NAME", "what it is called"), env.integer("FAAS_PORT", 80, 1, 99, "where"));
        }
    }

    private final class Service extends VerticleBase {
        private final Settings settings;
        private final Future<?> started;

        Service(Settings settings, Future<?> started) {
            this.settings = settings;
            this.started = started;
        }

        @Override
        public Future<?> start() {
            events.add("start " + settings.name());
            up.countDown();
            return started;
        }

        @Override
        public Future<?> stop() {
            events.add("stop");
            return Future.succeededFuture();
        }
    }

    /** Never finishes its start. */
    private final class Waiting extends VerticleBase {
        private Lifecycle lifecycle;

        @Override
        public Future<?> start() {
            lifecycle = new Lifecycle(vertx, "test-service");
            return lifecycle.start(on -> {
                on.onStop("a", () -> events.add("unwound"));
                up.countDown();
                new CountDownLatch(1).await();
            });
        }

        @Override
        public Future<?> stop() {
            return lifecycle.stop();
        }
    }

    @Test
    void whenAskedForHelpThenEverySettingIsListed() {
        assertThat(run(Map.of(), Future.succeededFuture(), "--help")).isZero();

        assertThat(text(out))
                .contains("FAAS_NAME", "what it is called", "FAAS_PORT", "where (default: 80)", "FAAS_LOG_LEVEL");
        assertThat(text(err)).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void whenTheConfigurationIsWrongThenEveryProblemIsOnStderrAndTheCodeIs2() {
        assertThat(run(Map.of("FAAS_PORT", "x"), Future.succeededFuture())).isEqualTo(2);

        assertThat(text(err))
                .contains("test-service is not configured")
                .contains("FAAS_NAME is required")
                .contains("FAAS_PORT must be a whole number from 1 to 99");
        assertThat(events).isEmpty();
    }

    @Test
    void whenAnArgumentIsUnknownThenTheCodeIs2() {
        assertThat(run(Map.of("FAAS_NAME", "n"), Future.succeededFuture(), "--verbose"))
                .isEqualTo(2);

        assertThat(text(err)).contains("--help");
    }

    @Test
    void whenADependencyIsMissingThenItsMessageIsOnStderrAndTheCodeIs1() {
        var missing =
                new StartFailed("test-service", "postgres", new DependencyMissing("postgres at h:1 is not there"));

        assertThat(run(Map.of("FAAS_NAME", "n"), Future.failedFuture(missing))).isEqualTo(1);

        assertThat(text(err))
                .isEqualToNormalizingNewlines("test-service could not start: postgres: postgres at h:1 is not there\n");
    }

    @Test
    void whenTheStartFailsForAnUnforeseenReasonThenTheTraceIsShownAndTheCodeIs1() {
        assertThat(run(Map.of("FAAS_NAME", "n"), Future.failedFuture(new IllegalStateException("odd"))))
                .isEqualTo(1);

        assertThat(text(err)).contains("odd").contains("\tat ");
    }

    @Test
    void whenTheSignalComesThenTheVerticleIsStoppedAndTheCodeIs0() throws Exception {
        var program = program(settings -> new Service(settings, Future.succeededFuture()));
        var code = CompletableFuture.supplyAsync(() -> program.run(new String[0], Map.of("FAAS_NAME", "n")));
        assertThat(up.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(code).isNotDone();

        signal.complete(null);

        assertThat(code.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(program.exitCode()).isZero();
        assertThat(events).containsExactly("start n", "stop");
    }

    @Test
    void whenTheSignalComesDuringTheStartThenTheStartIsStoppedAndTheCodeIs0() throws Exception {
        var program = program(settings -> new Waiting());
        var code = CompletableFuture.supplyAsync(() -> program.run(new String[0], Map.of("FAAS_NAME", "n")));
        assertThat(up.await(10, TimeUnit.SECONDS)).isTrue();

        signal.complete(null);

        assertThat(code.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(events).containsExactly("unwound");
    }

    @Test
    void whenTheProcessCannotContinueThenTheVerticleIsStoppedAndTheCodeIs1() throws Exception {
        var program = program(settings -> new Service(settings, Future.succeededFuture()));
        var code = CompletableFuture.supplyAsync(() -> program.run(new String[0], Map.of("FAAS_NAME", "n")));
        assertThat(up.await(10, TimeUnit.SECONDS)).isTrue();

        signal.completeExceptionally(new Unrecoverable("the bus is closed"));

        assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(events).containsExactly("start n", "stop");
        assertThat(text(err)).contains("the bus is closed").doesNotContain("\tat ");
    }

    private int run(Map<String, String> environment, Future<?> started, String... args) {
        return program(settings -> new Service(settings, started)).run(args, environment);
    }

    private Program<Settings> program(Function<Settings, VerticleBase> verticle) {
        return new Program<>("test-service", Settings::from, verticle, signal, stream(out), stream(err));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
