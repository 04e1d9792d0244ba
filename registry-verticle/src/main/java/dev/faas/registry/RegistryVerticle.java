package dev.faas.registry;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.Cancelling;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Spawners;
import dev.faas.http.Health;
import dev.faas.http.HttpService;
import dev.faas.http.KeyRing;
import dev.faas.http.Listener;
import dev.faas.http.Metrics;
import dev.faas.http.ServiceVerticle;
import dev.faas.http.TokenVerifier;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.Repeated;
import dev.faas.lifecycle.Waiting;
import dev.faas.nats.Consumers;
import dev.faas.nats.DurableReader;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.pg.Pg;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** registry-service: functions, their revisions, and the ledger of activations. {@link #open} shows what it is made of. */
public final class RegistryVerticle extends ServiceVerticle {
    static final String SERVICE = "registry-service";
    private static final String API = "api";
    private static final String ISSUER = "faas";
    private static final String AUDIENCE = "faas";
    /** What was given out and comes to nothing is given out again by then, in good order. */
    private static final Duration PATIENCE = Consumers.ACK_WAIT.multipliedBy(2);

    private static final Duration RETRIES_PAUSE = Duration.ofMillis(50);

    private final RegistryConfig config;
    private final InstantSource clock;

    public RegistryVerticle(RegistryConfig config) {
        this(config, InstantSource.system());
    }

    RegistryVerticle(RegistryConfig config, InstantSource clock) {
        super(SERVICE);
        this.config = config;
        this.clock = clock;
    }

    /** The port of the API, once started. */
    public int port() {
        return port(API);
    }

    @Override
    protected HttpService open(Lifecycle.Steps on) throws Exception {
        var nats = on.open("nats", () -> Nats.connect(config.nats(), SERVICE), Nats::close);
        var pg = on.open("postgres", () -> Pg.open(vertx, config.pg()), it -> Waiting.on(it.close()));
        var store = new FunctionStore(pg);
        var age = new EventsAge(store, config.topology().eventsAge());
        on.await("age of events", age::check, nothing -> Future.succeededFuture());
        on.open("streams and buckets", () -> topology(nats), nothing -> {});
        var metrics = on.open("metrics", () -> new Metrics(SERVICE), Metrics::close);
        var verifier = new TokenVerifier(vertx, ISSUER, AUDIENCE);
        on.open("signing keys", () -> KeyRing.open(nats, verifier, config.nats().startTimeout()), KeyRing::close);

        var queue = new CommandQueue(nats);
        var bucket = new FunctionBucket(vertx, nats.kv(Subjects.FUNCTIONS), new OutboxStore(pg));
        var pins = new ImagePins(vertx, nats);
        var functions =
                new Functions(vertx, store, bucket, pins, queue, nats::connected, config.ownerFunctions(), clock);
        on.await("bucket FUNCTIONS", bucket::restoreIfLost, nothing -> Future.succeededFuture());
        on.repeat("outbox", config.pauses().outbox(), () -> Waiting.on(bucket.writePending()));

        var events = new ActivationEvents(nats);
        var ledger = new LedgerStore(pg);
        var shelf = new CopyShelf(nats.objects(Subjects.OUTPUTS));
        var projection = new Projection(events, shelf, ledger);
        var pruner = new Pruner(events, ledger, clock, config.retention().events());
        var partitions = new PartitionStore(pg);
        on.await("today's partition", () -> partitions.ensure(clock.instant()), nothing -> Future.succeededFuture());
        on.repeat("partitions", config.pauses().partitions(), () -> partitions(partitions, clock.instant()));
        on.open("projector", () -> projector(nats, projection, metrics), Projector::stop);
        on.open("pruner", () -> pruning(pruner), Repeated::stop);
        var sweep = new RetentionSweep(new RetentionStore(pg), shelf, config.retention(), clock);
        on.repeat("retention", config.pauses().prune(), sweep::round);

        var parked = on.open("parked", () -> nats.read(Subjects.RETRIES, Subjects.RETRIER), DurableReader::close);
        on.repeat("retries", RETRIES_PAUSE, new Retries(parked, events, queue, clock)::round);

        var spawners = on.open("spawners", () -> observed(nats), Spawners::close);
        var leftovers = new Leftovers(
                events, projection, ledger, nats.stream(Subjects.EVENTS).consumers(), clock);
        var reconciler = reconciler(nats, new RepairStore(pg), bucket, events, queue, leftovers, spawners);
        on.repeat("reconciler", config.pauses().reconcile(), reconciler::round);

        var bodies = new FunctionBody(config.topology().eventsAge());
        var functionRoutes = new FunctionRoutes(functions, bodies, verifier);
        var activationRoutes = new ActivationRoutes(
                new Ledger(vertx, new LedgerReadStore(pg), shelf, config.retention(), clock), verifier);
        var health = new Health(SERVICE).require("nats", nats::connected).require("postgres", pg::ping);
        var api = new Listener(API, config.port(), router -> {
            functionRoutes.add(router);
            activationRoutes.add(router);
        });
        return on.await(
                "http",
                () -> HttpService.start(vertx, config.http(), health, metrics, List.of(api)),
                HttpService::close);
    }

    private void partitions(PartitionStore partitions, Instant now) throws Exception {
        Waiting.on(partitions.ensure(now));
        Waiting.on(partitions.drop(config.retention().recordsSince(now)));
    }

    /** Without a pause while it is behind: what is over is to leave the bus as fast as it comes. */
    private Repeated pruning(Pruner pruner) {
        var pause = config.pauses().prune();
        return Repeated.paced("pruner", pause, () -> pruner.round() ? Duration.ZERO : pause);
    }

    private static Projector projector(Nats nats, Projection projection, Metrics metrics) {
        return Projector.start(nats.read(Subjects.EVENTS, Subjects.PROJECTOR), projection, metrics.registry());
    }

    private Reconciler reconciler(
            Nats nats,
            RepairStore store,
            FunctionBucket bucket,
            ActivationEvents events,
            CommandQueue queue,
            Leftovers leftovers,
            Spawners spawners) {
        var settled = config.settled();
        return new Reconciler(
                store,
                List.of(
                        new Withdrawal(store, new Cancelling(events, queue, clock)),
                        new Expiry(store, events, queue, leftovers, clock),
                        new Requeue(store, events, queue, leftovers, clock, settled),
                        new StalledCommands(store, events, queue, leftovers, clock, PATIENCE),
                        new LostRuns(store, events, queue, leftovers, spawners::dead, clock),
                        new Retirement(store, queue, nats.stream("KV_" + Subjects.IMAGES), settled),
                        new Forgetting(store, bucket, config.retention(), clock),
                        new Sweep(store, queue)));
    }

    private static Spawners observed(Nats nats) throws Exception {
        var spawners = new Spawners(nats);
        spawners.observe();
        return spawners;
    }

    private Nats topology(Nats nats) throws Exception {
        Topology.create(nats, config.topology());
        return nats;
    }
}
