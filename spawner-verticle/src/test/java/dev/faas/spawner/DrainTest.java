package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Reason;
import dev.faas.activation.Spawners;
import dev.faas.activation.Status;
import dev.faas.http.HttpConfig;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.nats.NatsConfig;
import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.EngineHost;
import dev.faas.spawner.engine.FakeEngine;
import dev.faas.spawner.engine.OwnContainer;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.run.RunTiming;
import dev.faas.testing.Pause;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a failed start leaves nothing open, and that a stop loses no activation and leaves no container. */
final class DrainTest {
    @AutoClose
    private Platform platform;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
    }

    private Platform.Started impatient() throws Exception {
        return platform.spawner("impatient", 4, Duration.ofMillis(100), RunTiming.DEFAULT);
    }

    @Test
    void givenARunThatEndsWithinTheGrace_whenTheSpawnerStops_thenItEndsAsUsual() throws Exception {
        var gate = new Gate();
        platform.images.put("patient", gate);
        var spawner = platform.spawner(4);
        var id = platform.submit(platform.function(Specs.of("patient")), "");
        gate.awaitBegun(1);

        var stopping = CompletableFuture.runAsync(() -> stop(spawner));
        gate.open();

        assertThat(platform.ended(id).report().output().result()).isEqualTo("through");
        assertThat(platform.ended(id).platformFaults()).isZero();
        stopping.get(60, TimeUnit.SECONDS);
        assertThat(spawner.engine().listContainers()).isEmpty();
    }

    @Test
    void givenARunThatDoesNotEnd_whenTheSpawnerStops_thenAnotherFinishesTheSameAttempt() throws Exception {
        var began = new CountDownLatch(1);
        var runs = new AtomicInteger();
        platform.images.put("slow at first", process -> {
            began.countDown();
            return runs.getAndIncrement() == 0 ? process.hang() : 0;
        });
        var spawner = impatient();
        var id = platform.submit(platform.function(Specs.of("slow at first")), "");
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();
        var other = platform.spawner(4);

        spawner.stop();

        assertThat(spawner.engine().listContainers()).isEmpty();
        var ended = platform.ended(id);
        assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(ended.attempt()).isEqualTo(1);
        assertThat(ended.platformFaults())
                .as("a stop in good order is no fault")
                .isZero();
        assertThat(ended.worker().spawner()).isNotEqualTo("impatient");
        assertThat(runs).hasValue(2);
        other.stop();
    }

    @Test
    void givenAnAtMostOnceRunThatDoesNotEnd_whenTheSpawnerStops_thenItEndsAsLost() throws Exception {
        var began = new CountDownLatch(1);
        platform.images.put("hang", process -> {
            began.countDown();
            return process.hang();
        });
        var spawner = impatient();
        var function = platform.function(Specs.atMostOnce("hang"));
        var id = platform.submit(function, "");
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();

        spawner.stop();

        var ended = platform.ended(id);
        assertThat(ended.report().status()).isEqualTo(Status.FAILED);
        assertThat(ended.report().reason()).isEqualTo(Reason.WORKER_LOST);
        assertThat(platform.queued(function, id)).isFalse();
        assertThat(spawner.engine().listContainers()).isEmpty();
    }

    @Test
    void givenAGraceThatIsSkippedBeforeTheDrain_whenTheSpawnerStops_thenNoRunStartsAndTheStopDoesNotWait()
            throws Exception {
        var began = new CountDownLatch(2);
        platform.images.put("hang", process -> {
            began.countDown();
            return process.hang();
        });
        var grace = Duration.ofSeconds(40);
        var spawner = platform.spawner("hurried", 2, grace, RunTiming.DEFAULT);
        var function = platform.function(Specs.of("hang"));
        var ids = new ArrayList<String>();
        for (int i = 0; i < 6; i++) {
            ids.add(platform.submit(function, ""));
        }
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();

        long asked = System.nanoTime();
        spawner.skipGrace();
        Platform.until(
                "what ran is handed back",
                () -> ids.stream().filter(id -> states(id) >= 3).count() >= 2);
        spawner.stop();

        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(grace.dividedBy(2));
        assertThat(spawner.engine().listContainers()).isEmpty();
        assertThat(ids).as("none was begun after that").allMatch(id -> states(id) == 1 || states(id) == 3);
    }

    private int states(String id) {
        try {
            return platform.history(id).size();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givenASpawner_whenItStops_thenItSignsOff() throws Exception {
        try (var spawners = new Spawners(platform.nats)) {
            spawners.startObserving();
            var spawner = platform.spawner(4);
            Platform.until(
                    "its heartbeat arrives", () -> !spawners.recentHeartbeats().isEmpty());
            assertThat(spawners.recentHeartbeats().getFirst().slots()).isEqualTo(4);

            spawner.stop();

            Platform.until("it is gone", () -> spawners.recentHeartbeats().isEmpty());
        }
    }

    @Test
    void givenAnotherProcessWithTheSameId_whenItStarts_thenTheFirstStopsTakingWork() throws Exception {
        var began = new CountDownLatch(1);
        var runs = new AtomicInteger();
        platform.images.put("slow at first", process -> {
            began.countDown();
            return runs.getAndIncrement() == 0 ? process.hang() : 0;
        });
        var first = impatient();
        var id = platform.submit(platform.function(Specs.of("slow at first")), "");
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(platform.state(id)).isInstanceOf(Running.class);
        var before = ((Running) platform.state(id)).worker();

        var second = impatient();

        var ended = platform.ended(id);
        assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(ended.worker().incarnation()).isGreaterThan(before.incarnation());
        Platform.until(
                "what the first ran is gone",
                () -> first.engine().listContainers().isEmpty());
        assertThat(second.engine().ping()).isTrue();
    }

    @Test
    void givenNoBus_whenStarted_thenItSaysSoAndOpensNoEngine() throws Exception {
        var nowhere = new NatsConfig("nats://127.0.0.1:1", null, null, Duration.ofSeconds(1), Duration.ofSeconds(1));
        var config = platform.config("lonely", 1, Duration.ofSeconds(1), RunTiming.DEFAULT);
        var opened = new AtomicInteger();
        var verticle = new SpawnerVerticle(
                with(config, nowhere, SpawnerConfig.Docker.LOCAL),
                (c, self, pins) -> new Closing(opened, Duration.ZERO),
                InstantSource.system());

        assertThatThrownBy(() ->
                        Platform.get(platform.vertx().deployVerticle(verticle).toCompletionStage()))
                .cause()
                .hasMessageContaining("nats")
                .cause()
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining("nats://127.0.0.1:1")
                .hasMessageContaining("FAAS_NATS_URL");
        assertThat(opened).hasValue(0);
    }

    @Test
    void givenAPortThatIsTaken_whenStarted_thenItFailsAndClosesTheEngine() throws Exception {
        var first = platform.spawner(1);
        var config = platform.config("lonely", 1, Duration.ofSeconds(1), RunTiming.DEFAULT);
        var open = new AtomicInteger();
        var verticle = new SpawnerVerticle(
                at(config, first.internalPort()),
                (c, self, pins) -> new Closing(open, Duration.ZERO),
                InstantSource.system());

        assertThatThrownBy(() ->
                        Platform.get(platform.vertx().deployVerticle(verticle).toCompletionStage()))
                .cause()
                .hasMessageContaining("http");

        assertThat(open).as("engines that are open").hasValue(0);
    }

    @Test
    void givenAnEngineThatTakesItsTimeToClose_whenTheSpawnerStops_thenItIsNotCutOff() throws Exception {
        var config = platform.config("thorough", 1, Duration.ofSeconds(1), RunTiming.DEFAULT);
        var open = new AtomicInteger();
        var verticle = new SpawnerVerticle(
                config, (c, self, pins) -> new Closing(open, Duration.ofSeconds(11)), InstantSource.system());
        var deployed = Platform.get(platform.vertx().deployVerticle(verticle).toCompletionStage());

        Platform.get(platform.vertx().undeploy(deployed).toCompletionStage());

        assertThat(open).as("engines that are open").hasValue(0);
    }

    @Test
    void givenNoDocker_whenStarted_thenItSaysSo() throws Exception {
        var quick = new NatsConfig(platform.server.url(), null, null, Duration.ofSeconds(1), Duration.ofSeconds(1));
        var docker = new SpawnerConfig.Docker(
                URI.create("unix:///nowhere/docker.sock"),
                SpawnerConfig.Docker.LOCAL.images(),
                SpawnerConfig.Docker.LOCAL.policy(),
                null,
                SpawnerConfig.Docker.LOCAL.disk());
        var config = platform.config("lonely", 1, Duration.ofSeconds(1), RunTiming.DEFAULT);
        var verticle = new SpawnerVerticle(with(config, quick, docker));

        assertThatThrownBy(() ->
                        Platform.get(platform.vertx().deployVerticle(verticle).toCompletionStage()))
                .cause()
                .hasMessageContaining("docker")
                .cause()
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining("unix:///nowhere/docker.sock")
                .hasMessageContaining("FAAS_DOCKER_HOST");
    }

    private static SpawnerConfig with(SpawnerConfig c, NatsConfig nats, SpawnerConfig.Docker docker) {
        return with(c, nats, docker, c.http());
    }

    private static SpawnerConfig at(SpawnerConfig c, int port) {
        var h = c.http();
        return with(
                c,
                c.nats(),
                c.docker(),
                new HttpConfig(
                        h.host(),
                        port,
                        h.maxHeaderBytes(),
                        h.idleTimeout(),
                        h.requestTimeout(),
                        h.maxConnections(),
                        h.instances()));
    }

    private static SpawnerConfig with(SpawnerConfig c, NatsConfig nats, SpawnerConfig.Docker docker, HttpConfig http) {
        return new SpawnerConfig(c.identity(), c.work(), docker, c.pool(), nats, http, c.opening());
    }

    /** An engine that only counts whether it is open. */
    private record Closing(AtomicInteger open, Duration takes) implements ContainerEngine {
        private Closing {
            open.incrementAndGet();
        }

        @Override
        public EngineHost host() {
            return FakeEngine.newHost();
        }

        @Override
        public void prepare(SandboxSpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Sandbox boot(SandboxSpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> describeWait(SandboxSpec spec) {
            return Optional.empty();
        }

        @Override
        public void tidy() {}

        @Override
        public List<OwnContainer> listContainers() {
            return List.of();
        }

        @Override
        public void remove(String containerId) {}

        @Override
        public boolean ping() {
            return true;
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void close() {
            try {
                Pause.of(takes);
                open.decrementAndGet();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void stop(Platform.Started spawner) {
        try {
            spawner.stop();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
