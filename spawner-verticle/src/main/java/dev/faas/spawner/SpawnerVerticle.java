package dev.faas.spawner;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Spawners;
import dev.faas.activation.Worker;
import dev.faas.http.Health;
import dev.faas.http.HttpService;
import dev.faas.http.Metrics;
import dev.faas.http.ServiceVerticle;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.spawner.docker.DockerEngine;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.ImagePins;
import dev.faas.spawner.pool.PoolMeters;
import dev.faas.spawner.pool.SandboxPool;
import dev.faas.spawner.run.Claims;
import dev.faas.spawner.run.EngineRequests;
import dev.faas.spawner.run.OutputRoom;
import dev.faas.spawner.run.Run;
import dev.faas.spawner.run.RunMeters;
import dev.faas.spawner.run.Runs;
import dev.faas.spawner.run.StateWriter;
import dev.faas.spawner.schedule.CommandSource;
import dev.faas.spawner.schedule.KnownFunctions;
import dev.faas.spawner.schedule.OwnerShare;
import dev.faas.spawner.schedule.PullDelay;
import dev.faas.spawner.schedule.PullLoop;
import dev.faas.spawner.schedule.QueueScanner;
import dev.faas.spawner.schedule.Slots;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** execution-service: runs activations as containers. {@link #open} shows what it is made of. */
public final class SpawnerVerticle extends ServiceVerticle {
    /** How the engine of a spawner is had. */
    interface EngineFactory {
        ContainerEngine open(SpawnerConfig config, Worker self, ImagePins pins)
                throws DependencyMissing, InterruptedException;
    }

    private static final String SERVICE = "execution-service";
    private static final int CLAIM_TRIES = 5;
    private static final Duration DRAIN_MARGIN = Duration.ofSeconds(10);
    /** For the last boots to end, and all sandboxes to be removed. */
    private static final Duration POOL_CLOSE = SandboxPool.CLOSE_LIMIT.plusSeconds(5);

    private static final Duration ENGINE_CLOSE = Duration.ofSeconds(30);
    private static final Duration NAMESAKES_PAUSE = Duration.ofSeconds(1);
    private static final Duration WRITE_PAUSE = Duration.ofMillis(100);
    private static final Duration ENGINE_PAUSE = Duration.ofSeconds(1);
    private static final Duration WAITS_PAUSE = Duration.ofSeconds(2);
    private static final Duration DOCKER_PAUSE = Duration.ofMillis(250);

    private final SpawnerConfig config;
    private final EngineFactory engines;
    private final InstantSource clock;
    private volatile @Nullable Runs runs;

    public SpawnerVerticle(SpawnerConfig config) {
        this(config, SpawnerVerticle::openDocker, InstantSource.system());
    }

    SpawnerVerticle(SpawnerConfig config, EngineFactory engines, InstantSource clock) {
        super(SERVICE);
        this.config = config;
        this.engines = engines;
        this.clock = clock;
    }

    /** Ends the grace of a stop that is under way, or about to be. Does not block. */
    public void skipGrace() {
        var running = runs;
        if (running != null) {
            running.skipGrace();
        }
    }

    @Override
    protected HttpService open(Lifecycle.Steps on) throws Exception {
        var timing = config.timing();
        var nats = on.open("nats", () -> Nats.connect(config.nats(), SERVICE), Nats::close);
        Topology.await(nats, config.nats().startTimeout(), Subjects.IMAGES);
        var spawners = on.open("spawners", () -> observed(nats), Spawners::close);
        var self =
                new Worker(config.spawner(), Blocking.answer(spawners.incarnation(config.spawner(), clock.instant())));
        var pins = new RevisionPins(nats.kv(Subjects.IMAGES));
        var engine = on.open("docker", ENGINE_CLOSE, () -> engines.open(config, self, pins), ContainerEngine::close);
        var metrics = on.open("metrics", () -> new Metrics(SERVICE), Metrics::close);
        var slots = new Slots(config.slots(), mostOfOne(spawners));
        var heartbeat = new Heartbeat(spawners, self, slots);
        var reaper = new Reaper(engine, self, spawners::isDead, clock);

        // Closed in reverse: nothing more is taken, runs end, sandboxes go, whatever container is left goes, and
        // only then the last sign of life is given.
        on.onStop("sign-off", heartbeat::signOff);
        on.open("heartbeat", () -> beating(heartbeat), RepeatingTask::stop);
        on.onStop("own containers", ENGINE_CLOSE, reaper::removeOwn);
        var pool = on.open("pool", POOL_CLOSE, () -> pool(engine, metrics), SandboxPool::close);
        var functions = on.open(
                "functions",
                () -> KnownFunctions.follow(nats.kv(Subjects.FUNCTIONS), expecting(pool, pins)),
                KnownFunctions::close);

        var events = new ActivationEvents(nats);
        var queue = new CommandQueue(nats);
        var meters = new RunMeters(metrics.registry());
        meters.watch(slots);
        var runs = new Runs(() -> Ids.activation(clock.instant()));
        this.runs = runs;
        var writer = new StateWriter(events, CLAIM_TRIES, WRITE_PAUSE);
        var claims = new Claims(events, writer, self, spawners::isDead, runs::isRunning, clock);
        var room = new OutputRoom(events);
        on.open("output room", room::watch, RepeatingTask::stop);
        var means =
                new Run.RunContext(events, queue, claims, writer, pool, room, timing, meters, clock, runs::mayContinue);
        on.repeat("reaper", timing.reap(), reaper::reap);
        on.repeat("images", timing.reap(), engine::tidy);
        on.onStop("drain", config.grace().plus(Runs.AFTER_KILL).plus(DRAIN_MARGIN), () -> runs.drain(config.grace()));
        var deference = new PullDelay(slots, key -> pool.isReady(key.function()), () -> others(spawners));
        var queues = on.open("queues", () -> started(queue, functions, slots, deference, runs, means), PullLoop::stop);
        on.open("hints", () -> queue.onWork(queues::workMayExist), Nats.Subscription::close);
        var watch = new EngineWatch(
                engine::ping, engine::hasRoom, heard(heartbeat, queues), pool::setSuspended, System::nanoTime);
        on.repeat("engine watch", ENGINE_PAUSE, watch::check);
        var sweep = new QueueScanner(queues.source(), queues, config.slots(), timing.pull(), timing.scan());
        on.repeat("waits", WAITS_PAUSE, () -> tell(runs, engine));
        on.open("sweep", () -> RepeatingTask.paced("sweep", timing.scan(), sweep::scan), RepeatingTask::stop);
        on.repeat("namesakes", NAMESAKES_PAUSE, () -> yieldIfReplaced(heartbeat, queues, runs));

        var health = new Health(SERVICE)
                .require("nats", nats::isConnected)
                .require("docker", watch::isAnswering)
                .require("disk", watch::hasRoom)
                .require("own name", () -> !heartbeat.isReplaced());
        return on.await(
                "http", () -> HttpService.start(vertx, config.http(), health, metrics, List.of()), HttpService::close);
    }

    private boolean others(Spawners spawners) {
        return spawners.alive().stream().anyMatch(beat -> !beat.spawner().equals(config.spawner()));
    }

    /** How many of the platform's runs of one owner may be here. */
    private IntSupplier mostOfOne(Spawners spawners) {
        int limit = config.ownerRunning();
        return limit == SpawnerConfig.NO_LIMIT
                ? () -> limit
                : () -> OwnerShare.of(limit, config.spawner(), config.slots(), spawners.alive());
    }

    private SandboxPool pool(ContainerEngine engine, Metrics metrics) {
        return SandboxPool.open(engine, config.pool(), new PoolMeters(metrics.registry()));
    }

    private static KnownFunctions.Listener expecting(SandboxPool pool, RevisionPins pins) {
        return new KnownFunctions.Listener() {
            @Override
            public void onRevision(FunctionRevision function, boolean fresh) {
                var spec = function.spec();
                pool.expect(
                        function.id(),
                        EngineRequests.key(function),
                        spec.prewarm().min(),
                        spec.concurrency(),
                        fresh);
            }

            @Override
            public void onDeleted(String functionId) {
                pool.forget(functionId);
                pins.forget(functionId);
            }
        };
    }

    private PullLoop started(
            CommandQueue queue,
            KnownFunctions functions,
            Slots slots,
            PullDelay deference,
            Runs runs,
            Run.RunContext means) {
        var queues = new PullLoop(
                late -> CommandSource.of(queue, functions, config.timing().pull(), late),
                slots,
                deference,
                (delivery, ended) -> runs.start(id -> new Run(id, delivery, means), ended));
        queues.start();
        return queues;
    }

    /** Those who wait for a pull hear how far it has come. */
    private static void tell(Runs runs, ContainerEngine engine) throws InterruptedException {
        for (var each : runs.preparations()) {
            var what = engine.describeWait(each.spec());
            if (what.isPresent()) {
                each.publish(what.get());
            }
        }
    }

    private static Spawners observed(Nats nats) throws IOException, InterruptedException {
        var spawners = new Spawners(nats);
        spawners.observe();
        return spawners;
    }

    /** Of the engine: what cannot be started here is left to others, who hear why. */
    private static Consumer<Optional<String>> heard(Heartbeat heartbeat, PullLoop queues) {
        return trouble -> {
            heartbeat.setTrouble(trouble);
            queues.setPaused(trouble.isPresent());
        };
    }

    private static RepeatingTask beating(Heartbeat heartbeat) throws InterruptedException {
        heartbeat.publish();
        return RepeatingTask.again("heartbeat", Spawners.HEARTBEAT_INTERVAL, heartbeat::publish);
    }

    /** A later process of the same name has declared this one dead: its work is not ours any more. */
    private static void yieldIfReplaced(Heartbeat heartbeat, PullLoop queues, Runs runs) throws InterruptedException {
        if (heartbeat.detectReplacement()) {
            runs.abandon();
            queues.stop();
        }
    }

    static ContainerEngine openDocker(SpawnerConfig config, Worker self, ImagePins pins)
            throws DependencyMissing, InterruptedException {
        var docker = config.docker();
        var engine = new EngineConfig(
                docker.host(),
                config.platform(),
                self.spawner(),
                self.incarnation(),
                docker.images(),
                docker.ociRuntime(),
                docker.disk());
        var limit = config.nats().startTimeout();
        long until = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return DockerEngine.open(engine, pins, limit);
            } catch (EngineFault e) {
                if (System.nanoTime() - until > 0) {
                    throw new DependencyMissing(
                            "Docker at " + docker.host() + " cannot be used (" + e.getMessage()
                                    + "). Start it, or set FAAS_DOCKER_HOST.",
                            e);
                }
                Thread.sleep(DOCKER_PAUSE);
            }
        }
    }
}
