package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvent.StateEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Reason;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.Spawners;
import dev.faas.config.Env;
import dev.faas.http.HttpConfig;
import dev.faas.local.NatsServer;
import dev.faas.nats.BusException;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.seal.OpeningKeys;
import dev.faas.seal.SealingKey;
import dev.faas.seal.SecretId;
import dev.faas.spawner.docker.TestImages;
import dev.faas.spawner.engine.EngineHost;
import dev.faas.spawner.engine.FakeEngine;
import dev.faas.spawner.engine.FakeProgram;
import dev.faas.spawner.pool.SandboxPool;
import dev.faas.spawner.run.RunTiming;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.testing.SealKeys;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.SealedSecret;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** Starts a real NATS and plays registry and gateway; tests start the spawners. */
public final class Platform {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final RunTiming QUICK = new RunTiming(
            Duration.ofSeconds(1),
            Duration.ofSeconds(3),
            RunTiming.DEFAULT.pull(),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));

    /** The default of a function. */
    private static final Duration QUEUE_TTL = Duration.ofDays(1);

    private static final SandboxPool.Limits POOL = new SandboxPool.Limits(4, 8, Duration.ofMinutes(5));
    private static final SandboxPool.Limits NO_POOL = new SandboxPool.Limits(4, 0, Duration.ofMinutes(5));

    private static final SealKeys SEAL = SealKeys.generate();
    private static final SealingKey SEALING =
            SealingKey.from(Env.of(SEAL.ofRegistry())).orElseThrow();
    private static final OpeningKeys OPENING = OpeningKeys.from(Env.of(SEAL.ofSpawner()));

    final NatsServer server;
    final Nats nats;
    final ActivationEvents events;
    public final CommandQueue queue;
    /** For the spawners that are started from now on. */
    volatile InstantSource clock = InstantSource.system();

    /** Of the Docker host; 0: the default. */
    volatile int memoryMb;

    /** Per owner, on all these spawners together. */
    volatile int ownerRunning = 1_000;

    /** Of fake engines: each has its own. */
    volatile Supplier<EngineHost> hosts = FakeEngine::newHost;

    final Map<String, FakeProgram> images = new ConcurrentHashMap<>();
    private final Vertx vertx = Vertx.vertx();
    private final List<Started> started = new ArrayList<>();

    private Platform(Path directory) throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
        Topology.create(nats, TopologyConfig.LOCAL);
        events = new ActivationEvents(nats);
        queue = new CommandQueue(nats);
    }

    public static Platform start(Path directory) throws Exception {
        return new Platform(directory);
    }

    /** Starts another spawner with its own id. */
    Started spawner(int slots) throws Exception {
        return spawner("spawner-" + started.size(), slots, Duration.ofSeconds(10), QUICK);
    }

    Started spawner(String name, int slots, Duration grace, RunTiming timing) throws Exception {
        return spawner(name, slots, grace, timing, server.port());
    }

    /** @param natsPort by which it reaches NATS */
    Started spawner(String name, int slots, Duration grace, RunTiming timing, int natsPort) throws Exception {
        var spawner = Started.fake(config(name, slots, grace, timing, natsPort), this);
        spawner.deploy();
        started.add(spawner);
        return spawner;
    }

    /** With real containers, under a platform id of its own. */
    Started dockerSpawner(String platformId, String name, int slots, Duration grace) throws Exception {
        return dockerSpawner(TestImages.dockerHost(), platformId, name, slots, grace);
    }

    Started dockerSpawner(URI dockerHost, String platformId, String name, int slots, Duration grace) throws Exception {
        var plain = config(name, slots, grace, QUICK);
        var docker = Records.with(SpawnerConfig.Docker.LOCAL, "host", dockerHost);
        var identity = new SpawnerConfig.Identity(platformId, name);
        var spawner = new Started(
                new SpawnerVerticle(
                        Records.with(plain, "identity", identity, "docker", docker, "pool", POOL),
                        SpawnerVerticle::openDocker,
                        clock),
                this);
        spawner.deploy();
        started.add(spawner);
        return spawner;
    }

    SpawnerConfig config(String name, int slots, Duration grace, RunTiming timing) {
        return config(name, slots, grace, timing, server.port());
    }

    private SpawnerConfig config(String name, int slots, Duration grace, RunTiming timing, int natsPort) {
        return new SpawnerConfig(
                new SpawnerConfig.Identity("test", name),
                new SpawnerConfig.Work(slots, memoryMb, ownerRunning, grace, timing),
                SpawnerConfig.Docker.LOCAL,
                NO_POOL,
                NatsConfig.local("nats://127.0.0.1:" + natsPort),
                HttpConfig.loopback(),
                OPENING);
    }

    Vertx vertx() {
        return vertx;
    }

    /** A spawner and its engine. */
    static final class Started {
        private final Platform platform;
        private final SpawnerVerticle verticle;
        private final CompletableFuture<FakeEngine> engine;
        private String deployment = "";

        private Started(SpawnerVerticle verticle, Platform platform) {
            this(verticle, platform, new CompletableFuture<>());
        }

        private Started(SpawnerVerticle verticle, Platform platform, CompletableFuture<FakeEngine> engine) {
            this.platform = platform;
            this.verticle = verticle;
            this.engine = engine;
        }

        static Started fake(SpawnerConfig config, Platform platform) {
            var engine = new CompletableFuture<FakeEngine>();
            var verticle = new SpawnerVerticle(
                    config,
                    (c, self, pins) -> {
                        var fake = new FakeEngine(self.spawner(), self.incarnation(), platform.hosts.get());
                        platform.images.forEach(fake::image);
                        engine.complete(fake);
                        return fake;
                    },
                    platform.clock);
            return new Started(verticle, platform, engine);
        }

        private void deploy() throws Exception {
            deployment = get(platform.vertx.deployVerticle(verticle).toCompletionStage());
        }

        FakeEngine engine() {
            return engine.join();
        }

        int internalPort() {
            return verticle.internalPort();
        }

        /** Reads from the internal port. */
        HttpResponse<String> page(String path) throws Exception {
            try (var client = HttpClient.newHttpClient()) {
                var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + internalPort() + path))
                        .timeout(Duration.ofSeconds(10))
                        .build();
                return client.send(request, BodyHandlers.ofString());
            }
        }

        void skipGrace() {
            verticle.skipGrace();
        }

        void stop() throws Exception {
            if (!deployment.isEmpty()) {
                var undeployed = deployment;
                deployment = "";
                platform.vertx
                        .undeploy(undeployed)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(90, TimeUnit.SECONDS);
            }
        }
    }

    /** Creates a function of a new owner, as the registry does. */
    public FunctionRevision function(FunctionSpec spec) throws Exception {
        return function(Ids.user(Instant.now()), spec);
    }

    FunctionRevision function(String owner, FunctionSpec spec) throws Exception {
        var now = Instant.now();
        var function = new FunctionRevision(Ids.function(now), owner, 1, null, now, now, spec);
        publish(function);
        get(queue.ensureConsumer(function));
        return function;
    }

    void publish(FunctionRevision function) throws Exception {
        var key = FunctionRevision.key(function.owner(), function.spec().name());
        get(nats.kv(Subjects.FUNCTIONS).put(key, Codec.encode(function)));
    }

    /** Stores a version of a secret as the registry does, under its own key or as the newest one. */
    void storeSecret(SecretId id, byte[] value, boolean isNewest) throws Exception {
        var key = isNewest
                ? SealedSecret.key(id.owner(), id.name())
                : SealedSecret.key(id.owner(), id.name(), id.version());
        get(nats.kv(Subjects.SECRETS).put(key, Codec.encode(seal(id, value))));
    }

    static SealedSecret seal(SecretId id, byte[] value) {
        return new SealedSecret(
                id.version(), SEALING.id(), Base64.getEncoder().encodeToString(SEALING.seal(id, value)));
    }

    /** Accepts and enqueues, as the gateway does. */
    public String submit(FunctionRevision function, String argument) throws Exception {
        var activation = activation(function, Instant.now().plus(QUEUE_TTL));
        get(events.accept(ActivationRecord.accept(activation, new RunSpec(function.spec(), argument))));
        enqueue(function, activation.id());
        return activation.id();
    }

    void enqueue(FunctionRevision function, String id) throws Exception {
        get(queue.enqueue(new ActivationCommand(id, function.owner(), function.id())));
    }

    /** Accepts without enqueuing. */
    Snapshot accept(FunctionRevision function, String argument, Instant expiresAt) throws Exception {
        return expectStored(events.accept(
                ActivationRecord.accept(activation(function, expiresAt), new RunSpec(function.spec(), argument))));
    }

    /** Enqueues without accepting. */
    Activation activation(FunctionRevision function) {
        return activation(function, Instant.now().plus(QUEUE_TTL));
    }

    static Snapshot expectStored(CompletableFuture<AppendResult> append) throws Exception {
        return ((AppendResult.Stored) get(append)).snapshot();
    }

    private static Activation activation(FunctionRevision function, Instant expiresAt) {
        var now = Instant.now();
        var spec = function.spec();
        return new Activation(
                Ids.activation(now),
                function.owner(),
                new FunctionKey(function.id(), spec.name(), function.revision()),
                spec.image(),
                spec.delivery(),
                spec.limits().timeoutSeconds(),
                spec.retry(),
                now,
                expiresAt,
                Map.of(),
                null,
                null);
    }

    void publishHeartbeat(String spawner, String incarnation) throws Exception {
        try (var spawners = new Spawners(nats)) {
            long last = get(spawners.lastHeartbeat(spawner)).revision();
            get(spawners.publish(new SpawnerHeartbeat(spawner, incarnation, 1, 1, null, null), last));
        }
    }

    /** Waits until it has ended. */
    Ended ended(String id) throws Exception {
        return ended(id, LIMIT);
    }

    Ended ended(String id, Duration limit) throws Exception {
        var last = new AtomicReference<ActivationRecord>();
        until("the end of " + id, limit, () -> {
            get(events.last(id)).ifPresent(snapshot -> last.set(snapshot.record()));
            return last.get() instanceof Ended;
        });
        return (Ended) last.get();
    }

    public ActivationRecord state(String id) throws Exception {
        return read(() -> events.lastFromLeader(id)).orElseThrow().record();
    }

    /** All states so far. */
    List<ActivationRecord> history(String id) throws Exception {
        var all = new ArrayList<ActivationRecord>();
        Optional<StateEvent> next = read(() -> events.nextState(id, 1));
        while (next.isPresent()) {
            all.add(next.get().record());
            next = read(after(next.get().sequence(), from -> events.nextState(id, from)));
        }
        return all;
    }

    /** One stream of one run, joined from its chunks. */
    byte[] output(String id, String runId, Source source) throws Exception {
        var bytes = new ByteArrayOutputStream();
        for (var chunk : chunks(id, runId)) {
            if (chunk.source() == source) {
                assertThat(chunk.offset()).isEqualTo(bytes.size());
                bytes.writeBytes(chunk.bytes());
            }
        }
        return bytes.toByteArray();
    }

    List<OutputChunk> chunks(String id, String runId) throws Exception {
        var all = new ArrayList<OutputChunk>();
        var next = read(() -> events.nextOutput(id, 1));
        while (next.isPresent()) {
            if (next.get().chunk().runId().equals(runId)) {
                all.add(next.get().chunk());
            }
            next = read(after(next.get().sequence(), from -> events.nextOutput(id, from)));
        }
        return all;
    }

    public boolean queued(FunctionRevision function, String id) throws Exception {
        return get(queue.contains(new ActivationCommand(id, function.owner(), function.id())));
    }

    /** Deletes the function's consumer; its queued commands stay. */
    public void deleteConsumer(FunctionRevision function) throws Exception {
        get(nats.stream(Subjects.ACTIVATIONS).consumers().delete(Subjects.consumer(function.id())));
    }

    /** Whether it is parked for its next attempt. */
    public boolean parked(String id) throws Exception {
        return get(nats.stream(Subjects.RETRIES).lastFromLeader(Subjects.retry(id)))
                .isPresent();
    }

    /** Prunes an ended activation, as the registry does. */
    void prune(String id) throws Exception {
        get(events.pruneOutput(id));
        for (var next = get(events.nextState(id, 1)); next.isPresent(); next = get(events.nextState(id, 1))) {
            get(events.prune(next.get().sequence()));
        }
    }

    /** As the gateway does. */
    void requestCancel(String id) throws Exception {
        var running = read(() -> events.lastFromLeader(id)).orElseThrow();
        expectStored(events.append(
                ((ActivationRecord.Running) running.record()).requestCancel(Reason.CANCELLED_BY_USER),
                running.sequence()));
    }

    static QueueKey key(FunctionRevision function) {
        return new QueueKey(function.owner(), function.id());
    }

    public static <T> T get(java.util.concurrent.CompletionStage<T> future) throws Exception {
        return future.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static <T> Supplier<CompletableFuture<T>> after(long sequence, LongFunction<CompletableFuture<T>> next) {
        return () -> next.apply(sequence + 1);
    }

    /** Retries, because after an outage the test's own connection may need a while too. */
    private static <T> T read(Supplier<CompletableFuture<T>> question) throws Exception {
        var answer = new AtomicReference<T>();
        until("the bus answers", () -> {
            answer.set(get(question.get()));
            return true;
        });
        return answer.get();
    }

    /** Polls a condition of the broker, which sends no signal and may be down for a while. */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, LIMIT, condition);
    }

    static void until(String what, Duration limit, Callable<Boolean> condition) throws Exception {
        Await.until(what, limit, () -> holds(condition));
    }

    private static boolean holds(Callable<Boolean> condition) throws Exception {
        try {
            return condition.call();
        } catch (java.util.concurrent.ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(BusException.class);
            return false;
        }
    }

    public void close() throws Exception {
        for (var spawner : started) {
            spawner.stop();
        }
        nats.close();
        get(vertx.close().toCompletionStage());
        server.close();
    }
}
