package dev.faas.spawner;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.Spawners;
import dev.faas.activation.Worker;
import dev.faas.activation.queue.QueueTable;
import dev.faas.http.Health;
import dev.faas.http.HttpService;
import dev.faas.http.Metrics;
import dev.faas.http.ServiceVerticle;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Nats;
import dev.faas.nats.Nats.Subscription;
import dev.faas.nats.Topology;
import dev.faas.quota.OwnerQuotas;
import dev.faas.quota.Quota;
import dev.faas.quota.Quota.Limit;
import dev.faas.quota.QuotaSettings;
import dev.faas.spawner.docker.DockerEngine;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.EngineHost;
import dev.faas.spawner.engine.ImagePins;
import dev.faas.spawner.pool.PoolMeters;
import dev.faas.spawner.pool.SandboxPool;
import dev.faas.spawner.run.Claims;
import dev.faas.spawner.run.EngineRequests;
import dev.faas.spawner.run.OutputRoom;
import dev.faas.spawner.run.Run;
import dev.faas.spawner.run.Run.RunContext;
import dev.faas.spawner.run.Run.RunContext.Bus;
import dev.faas.spawner.run.RunMeters;
import dev.faas.spawner.run.Runs;
import dev.faas.spawner.run.SecretReader;
import dev.faas.spawner.run.StateWriter;
import dev.faas.spawner.schedule.CommandSource;
import dev.faas.spawner.schedule.KnownFunctions;
import dev.faas.spawner.schedule.OwnerShare;
import dev.faas.spawner.schedule.Peers;
import dev.faas.spawner.schedule.PullLoop;
import dev.faas.spawner.schedule.QueueScanner;
import dev.faas.spawner.schedule.Slots;
import dev.faas.wire.Capacity;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Wires and runs execution-service, which runs activations as containers. {@link #open} lists its parts. */
public final class SpawnerVerticle extends ServiceVerticle {
    /** Opens the container engine of a spawner. */
    public interface EngineFactory {
        ContainerEngine open(SpawnerConfig config, Worker self, ImagePins pins)
                throws DependencyMissing, InterruptedException;
    }

    private static final String SERVICE = "execution-service";
    private static final int CLAIM_TRIES = 5;
    private static final Duration DRAIN_MARGIN = Duration.ofSeconds(10);
    /** For the last boots to end, and all sandboxes to be removed. */
    private static final Duration POOL_CLOSE = SandboxPool.CLOSE_LIMIT.plusSeconds(5);

    private static final Duration ENGINE_CLOSE = Duration.ofSeconds(30);
    private static final Duration REPLACEMENT_CHECK = Duration.ofSeconds(1);
    private static final Duration SHARE_CHECK = Duration.ofMillis(200);
    private static final Duration WRITE_PAUSE = Duration.ofMillis(100);
    private static final Duration ENGINE_CHECK = Duration.ofSeconds(1);
    private static final Duration WAIT_DETAILS = Duration.ofSeconds(2);
    private static final Duration DOCKER_PAUSE = Duration.ofMillis(250);

    private final SpawnerConfig config;
    private final EngineFactory engines;
    private final InstantSource clock;
    private volatile @Nullable Runs runs;

    public SpawnerVerticle(SpawnerConfig config) {
        this(config, SpawnerVerticle::openDocker, InstantSource.system());
    }

    public SpawnerVerticle(SpawnerConfig config, EngineFactory engines, InstantSource clock) {
        super(SERVICE, config.nats().startTimeout());
        this.config = config;
        this.engines = engines;
        this.clock = clock;
    }

    /** Ends the grace period of the current or next stop. Does not block. */
    public void skipGrace() {
        var running = runs;
        if (running != null) {
            running.skipGrace();
        }
    }

    /**
     * Opens the parts in this order and closes them in reverse: pulling stops, runs end, sandboxes and then all leftover
     * containers are removed, and only then the spawner signs off.
     */
    @Override
    protected HttpService open(Lifecycle.Steps on) throws Exception {
        var nats = connect(on);
        var spawners = on.open("spawners", () -> observe(nats), Spawners::close);
        var self = newIncarnation(spawners);
        var pins = new RevisionPins(nats.kv(Subjects.IMAGES));
        var engine = on.open("docker", ENGINE_CLOSE, () -> engines.open(config, self, pins), ContainerEngine::close);
        var metrics = on.open("metrics", () -> new Metrics(SERVICE), Metrics::close);
        engine.observe(new EngineMeters(metrics.registry()));
        var slots = new Slots(config.work().slots(), ownerLimit(followQuotas(on, nats), spawners));
        var share = new HostShare(self.spawner(), shared(engine.host()), spawners::recentHeartbeats, System::nanoTime);
        var runBudget = new Budget(share::usable);
        var containerBudget = new Budget(share::usable);
        var heartbeat = startHeartbeat(on, new Heartbeat(spawners, self, slots, share, runBudget, containerBudget));
        var reaper = new Reaper(engine, self, spawners::isDead, clock);
        on.onStop("own containers", ENGINE_CLOSE, reaper::removeOwn);

        var pool = on.open("pool", POOL_CLOSE, () -> openPool(engine, containerBudget, metrics), SandboxPool::close);
        var functions = on.open("functions", () -> followFunctions(nats, pool, pins), KnownFunctions::close);
        var startedRuns = new Runs(() -> Ids.activation(clock.instant()));
        runs = startedRuns;
        on.open(
                "questions about runs",
                () -> spawners.answerMissingRuns(self, startedRuns::isRunning),
                Subscription::close);
        var secrets = new SecretReader(nats.kv(Subjects.SECRETS), config.opening());
        var context = runContext(
                openBus(on, nats, spawners, self, startedRuns, functions), pool, secrets, slots, metrics, startedRuns);
        on.repeat("reaper", config.work().timing().reap(), reaper::reap);
        on.repeat("images", config.work().timing().reap(), engine::tidy);
        drainOnStop(on, startedRuns);

        var peers = Peers.of(nats, self.spawner(), () -> ableSpawners(spawners));
        var pullLoop = on.open(
                "queues",
                () -> startPullLoop(peers, functions, slots, runBudget, context, startedRuns),
                PullLoop::stop);
        functions.whenResumed(pullLoop::workMayExist);
        on.repeat("host share", SHARE_CHECK, () -> updateShare(heartbeat, pullLoop, pool));
        on.open("offers", () -> peers.listen(pullLoop), Subscription::close);
        var notifications = on.open(
                "work notifications", () -> context.bus().queue().takeWork(pullLoop::workArrived), Subscription::close);
        peers.requestOffers();
        var watch = watchEngine(on, engine, pool, heartbeat, pullLoop);
        on.repeat("wait details", WAIT_DETAILS, () -> publishWaits(startedRuns, engine));
        scanQueues(on, nats, context.bus().queue(), pullLoop, () -> spawnersForScan(spawners));
        on.repeat(
                "replacement check",
                REPLACEMENT_CHECK,
                () -> yieldIfReplaced(heartbeat, notifications, pullLoop, startedRuns));
        return serve(on, health(nats, watch, heartbeat, engine), metrics);
    }

    private Nats connect(Lifecycle.Steps on) throws Exception {
        var nats = on.open("nats", () -> Nats.connect(config.nats(), SERVICE), Nats::close);
        Topology.await(nats, config.nats().startTimeout(), Subjects.IMAGES);
        return nats;
    }

    private static Spawners observe(Nats nats) throws IOException, InterruptedException {
        var spawners = new Spawners(nats);
        spawners.startObserving();
        return spawners;
    }

    private Worker newIncarnation(Spawners spawners) throws InterruptedException {
        var id = config.identity().spawner();
        return new Worker(id, Blocking.awaitReply(spawners.newIncarnation(id, clock.instant())));
    }

    private static Heartbeat startHeartbeat(Lifecycle.Steps on, Heartbeat heartbeat) throws Exception {
        on.onStop("sign-off", heartbeat::signOff);
        on.open("heartbeat", () -> keepPublishing(heartbeat), RepeatingTask::stop);
        return heartbeat;
    }

    private static RepeatingTask keepPublishing(Heartbeat heartbeat) throws InterruptedException {
        heartbeat.publish();
        return RepeatingTask.startAfterPause("heartbeat", Spawners.HEARTBEAT_INTERVAL, heartbeat::publish);
    }

    /** Ids of those that are alive and take work, this one among them. */
    private static List<String> ableSpawners(Spawners spawners) {
        return ableSpawners(spawners, able -> true);
    }

    private static List<String> ableSpawners(Spawners spawners, Predicate<SpawnerHeartbeat> isWanted) {
        return spawners.recentHeartbeats().stream()
                .filter(beat -> beat.trouble() == null && isWanted.test(beat))
                .map(SpawnerHeartbeat::spawner)
                .toList();
    }

    /** Ids of those with a free slot; of all that take work, when none has one. */
    private static List<String> spawnersForScan(Spawners spawners) {
        var free = ableSpawners(spawners, able -> able.free() > 0);
        return free.isEmpty() ? ableSpawners(spawners) : free;
    }

    /** How many runs of an owner may be here. */
    private ToIntFunction<String> ownerLimit(OwnerQuotas quotas, Spawners spawners) {
        return new OwnerShare(
                owner -> (int) quotas.of(owner).of(Limit.RUNNING),
                config.identity().spawner(),
                config.work().slots(),
                spawners::recentHeartbeats);
    }

    private OwnerQuotas followQuotas(Lifecycle.Steps on, Nats nats) throws Exception {
        var caps = Quota.unlimited().with(Limit.RUNNING, config.work().ownerLimit());
        return on.open(
                "quotas",
                () -> OwnerQuotas.follow(
                        nats.kv(Subjects.USAGE), new QuotaSettings(Quota.unlimited(), caps), OwnerQuotas.START_LIMIT),
                OwnerQuotas::close);
    }

    /** What the spawners of a host may use together. The rest is for Docker, the services and the page cache. */
    private EngineHost shared(EngineHost host) {
        var all = host.capacity();
        int chosen = config.work().memoryMb();
        return new EngineHost(
                host.daemon(), new Capacity(chosen > 0 ? chosen : all.memoryMb() / 5 * 4, all.pids() / 2));
    }

    private static void updateShare(Heartbeat heartbeat, PullLoop pullLoop, SandboxPool pool)
            throws InterruptedException {
        if (heartbeat.updateShare()) {
            pullLoop.budgetChanged();
            pool.budgetChanged();
        }
    }

    private SandboxPool openPool(ContainerEngine engine, Budget containers, Metrics metrics) {
        return SandboxPool.open(engine, config.pool(), containers, new PoolMeters(metrics.registry()));
    }

    private KnownFunctions followFunctions(Nats nats, SandboxPool pool, RevisionPins pins)
            throws IOException, InterruptedException, DependencyMissing {
        var listener = new KnownFunctions.Listener() {
            @Override
            public void onRevision(FunctionRevision function, boolean fresh) {
                var spec = function.spec();
                pool.expect(
                        function.id(),
                        EngineRequests.poolKey(function),
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
        return KnownFunctions.follow(
                nats.kv(Subjects.FUNCTIONS), listener, config.nats().startTimeout());
    }

    private Bus openBus(
            Lifecycle.Steps on, Nats nats, Spawners spawners, Worker self, Runs runs, KnownFunctions functions)
            throws Exception {
        var events = new ActivationEvents(nats);
        var writer = new StateWriter(events, CLAIM_TRIES, WRITE_PAUSE);
        var claims = new Claims(
                events,
                writer,
                self,
                spawners::isDead,
                spawners::isMissing,
                functions::pauses,
                runs::mayContinue,
                clock);
        var room = new OutputRoom(events);
        on.open("output room", room::watch, RepeatingTask::stop);
        return new Bus(events, new CommandQueue(nats), claims, writer, room);
    }

    private RunContext runContext(
            Bus bus, SandboxPool pool, SecretReader secrets, Slots slots, Metrics metrics, Runs runs) {
        var meters = new RunMeters(metrics.registry());
        meters.watch(slots);
        return new RunContext(bus, pool, secrets, meters, config.work().timing(), clock, runs::mayContinue);
    }

    private void drainOnStop(Lifecycle.Steps on, Runs runs) {
        var grace = config.work().grace();
        on.onStop("drain", grace.plus(Runs.AFTER_KILL).plus(DRAIN_MARGIN), () -> runs.drain(grace));
    }

    private PullLoop startPullLoop(
            Peers peers, KnownFunctions functions, Slots slots, Budget budget, RunContext context, Runs runs) {
        var pullLoop = new PullLoop(
                late -> CommandSource.of(
                        context.bus().queue(), functions, config.work().timing().pull(), late),
                slots,
                budget,
                peers,
                (delivery, mayUse, ended) -> runs.start(id -> new Run(id, delivery, context, mayUse), ended));
        pullLoop.start();
        return pullLoop;
    }

    /** While the engine is in trouble this spawner takes no work, and its heartbeat says why. */
    private static EngineWatch watchEngine(
            Lifecycle.Steps on, ContainerEngine engine, SandboxPool pool, Heartbeat heartbeat, PullLoop pullLoop)
            throws Exception {
        Consumer<Optional<String>> onTrouble = trouble -> {
            heartbeat.setTrouble(trouble);
            pullLoop.setPaused(trouble.isPresent());
        };
        var watch = new EngineWatch(engine::ping, engine::hasRoom, onTrouble, pool::setSuspended, System::nanoTime);
        on.repeat("engine watch", ENGINE_CHECK, watch::check);
        return watch;
    }

    private void scanQueues(
            Lifecycle.Steps on, Nats nats, CommandQueue queue, PullLoop pullLoop, Supplier<List<String>> spawners)
            throws Exception {
        var self = config.identity().spawner();
        var scanner =
                new QueueScanner(pullLoop.source(), pullLoop, config.work().slots(), self, spawners);
        var table = on.open(
                "queue table",
                () -> QueueTable.follow(nats, queue, config.work().timing().queueTableAge()),
                QueueTable::close);
        table.onTable(scanner::scan);
    }

    private static void publishWaits(Runs runs, ContainerEngine engine) throws InterruptedException {
        for (var preparation : runs.preparations()) {
            var detail = engine.describeWait(preparation.spec());
            if (detail.isPresent()) {
                preparation.publish(detail.get());
            }
        }
    }

    /** A later process with the same id has declared this one dead and takes over its work. */
    private static void yieldIfReplaced(Heartbeat heartbeat, Subscription notifications, PullLoop pullLoop, Runs runs)
            throws InterruptedException {
        if (heartbeat.detectReplacement()) {
            notifications.close();
            runs.abandon();
            pullLoop.stop();
        }
    }

    private static Health health(Nats nats, EngineWatch watch, Heartbeat heartbeat, ContainerEngine engine) {
        return new Health(SERVICE)
                .addOptional("nested runs", () -> possible(engine.nestedRefusal()))
                .addRequired("nats", nats::isConnected)
                .addRequired("docker", watch::isAnswering)
                .addRequired("disk", watch::hasRoom)
                .addRequired("own name", () -> !heartbeat.isReplaced());
    }

    private static Future<?> possible(Optional<String> refusal) {
        return refusal.isPresent() ? Future.failedFuture(refusal.get()) : Future.succeededFuture();
    }

    private HttpService serve(Lifecycle.Steps on, Health health, Metrics metrics) throws Exception {
        return on.await(
                "http", () -> HttpService.start(vertx, config.http(), health, metrics, List.of()), HttpService::close);
    }

    static ContainerEngine openDocker(SpawnerConfig config, Worker self, ImagePins pins)
            throws DependencyMissing, InterruptedException {
        var docker = config.docker();
        var engine = new EngineConfig(
                docker.host(),
                new EngineConfig.Owner(config.identity().platform(), self.spawner(), self.incarnation()),
                docker.images(),
                docker.policy(),
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
