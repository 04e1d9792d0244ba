package dev.faas.registry;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.Canceller;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Spawners;
import dev.faas.http.Health;
import dev.faas.http.HttpService;
import dev.faas.http.Listener;
import dev.faas.http.Metrics;
import dev.faas.http.ServiceVerticle;
import dev.faas.http.token.KeyRing;
import dev.faas.http.token.TokenVerifier;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Consumers;
import dev.faas.nats.DurableReader;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.pg.Pg;
import dev.faas.registry.function.EventsAge;
import dev.faas.registry.function.FunctionBody;
import dev.faas.registry.function.FunctionBucket;
import dev.faas.registry.function.FunctionRoutes;
import dev.faas.registry.function.FunctionStore;
import dev.faas.registry.function.Functions;
import dev.faas.registry.function.ImagePins;
import dev.faas.registry.function.OutboxStore;
import dev.faas.registry.ledger.ActivationRoutes;
import dev.faas.registry.ledger.ExpiredPayloadRemover;
import dev.faas.registry.ledger.Ledger;
import dev.faas.registry.ledger.LedgerReadStore;
import dev.faas.registry.ledger.LedgerStore;
import dev.faas.registry.ledger.PartitionStore;
import dev.faas.registry.ledger.PayloadArchive;
import dev.faas.registry.ledger.Projection;
import dev.faas.registry.ledger.Projector;
import dev.faas.registry.ledger.Pruner;
import dev.faas.registry.ledger.RetentionStore;
import dev.faas.registry.maintenance.ConsumerReconciler;
import dev.faas.registry.maintenance.DeletedFunctionCanceller;
import dev.faas.registry.maintenance.DeletedFunctionPurger;
import dev.faas.registry.maintenance.DeletedQueueRemover;
import dev.faas.registry.maintenance.LostActivationCloser;
import dev.faas.registry.maintenance.LostRunRescuer;
import dev.faas.registry.maintenance.MissingCommandEnqueuer;
import dev.faas.registry.maintenance.QueuedActivationExpirer;
import dev.faas.registry.maintenance.Reconciler;
import dev.faas.registry.maintenance.RepairStore;
import dev.faas.registry.maintenance.RetryEnqueuer;
import dev.faas.registry.maintenance.StalledCommandRescuer;
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
        var pg = on.open("postgres", () -> Pg.open(vertx, config.pg()), it -> Blocking.await(it.close()));
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
                new Functions(vertx, store, bucket, pins, queue, nats::isConnected, config.ownerFunctions(), clock);
        on.await("bucket FUNCTIONS", bucket::restoreIfLost, nothing -> Future.succeededFuture());
        on.repeat("outbox", config.pauses().outbox(), () -> Blocking.await(bucket.writePending()));

        var events = new ActivationEvents(nats);
        var ledger = new LedgerStore(pg);
        var shelf = new PayloadArchive(nats.objectBucket(Subjects.OUTPUTS));
        var projection = new Projection(events, shelf, ledger);
        var pruner = new Pruner(events, ledger, clock, config.retention().events());
        var partitions = new PartitionStore(pg);
        on.await("today's partition", () -> partitions.ensure(clock.instant()), nothing -> Future.succeededFuture());
        on.repeat("partitions", config.pauses().partitions(), () -> partitions(partitions, clock.instant()));
        on.open("projector", () -> projector(nats, projection, metrics), Projector::stop);
        on.open("pruner", () -> pruning(pruner), RepeatingTask::stop);
        var sweep = new ExpiredPayloadRemover(new RetentionStore(pg), shelf, config.retention(), clock);
        on.repeat("retention", config.pauses().prune(), sweep::round);

        var parked = on.open("parked", () -> nats.openReader(Subjects.RETRIES, Subjects.RETRIER), DurableReader::close);
        on.repeat("retries", RETRIES_PAUSE, new RetryEnqueuer(parked, events, queue, clock)::round);

        var spawners = on.open("spawners", () -> observed(nats), Spawners::close);
        var leftovers = new LostActivationCloser(
                events, projection, ledger, nats.stream(Subjects.EVENTS).consumers(), clock);
        var reconciler = reconciler(nats, new RepairStore(pg), bucket, events, queue, leftovers, spawners);
        on.repeat("reconciler", config.pauses().reconcile(), reconciler::round);

        var bodies = new FunctionBody(config.topology().eventsAge());
        var functionRoutes = new FunctionRoutes(functions, bodies, verifier);
        var activationRoutes = new ActivationRoutes(
                new Ledger(vertx, new LedgerReadStore(pg), shelf, config.retention(), clock), verifier);
        var health = new Health(SERVICE).addRequired("nats", nats::isConnected).addRequired("postgres", pg::ping);
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
        Blocking.await(partitions.ensure(now));
        Blocking.await(partitions.drop(config.retention().recordsSince(now)));
    }

    /** Without a pause while it is behind: what is over is to leave the bus as fast as it comes. */
    private RepeatingTask pruning(Pruner pruner) {
        var pause = config.pauses().prune();
        return RepeatingTask.startPaced("pruner", pause, () -> pruner.round() ? Duration.ZERO : pause);
    }

    private static Projector projector(Nats nats, Projection projection, Metrics metrics) {
        return Projector.start(nats.openReader(Subjects.EVENTS, Subjects.PROJECTOR), projection, metrics.registry());
    }

    private Reconciler reconciler(
            Nats nats,
            RepairStore store,
            FunctionBucket bucket,
            ActivationEvents events,
            CommandQueue queue,
            LostActivationCloser leftovers,
            Spawners spawners) {
        var settled = config.settled();
        return new Reconciler(
                store,
                List.of(
                        new DeletedFunctionCanceller(store, new Canceller(events, queue, clock)),
                        new QueuedActivationExpirer(store, events, queue, leftovers, clock),
                        new MissingCommandEnqueuer(store, events, queue, leftovers, clock, settled),
                        new StalledCommandRescuer(store, events, queue, leftovers, clock, PATIENCE),
                        new LostRunRescuer(store, events, queue, leftovers, spawners::isDead, clock),
                        new DeletedQueueRemover(store, queue, nats.stream("KV_" + Subjects.IMAGES), settled),
                        new DeletedFunctionPurger(store, bucket, config.retention(), clock),
                        new ConsumerReconciler(store, queue)));
    }

    private static Spawners observed(Nats nats) throws Exception {
        var spawners = new Spawners(nats);
        spawners.startObserving();
        return spawners;
    }

    private Nats topology(Nats nats) throws Exception {
        Topology.create(nats, config.topology());
        return nats;
    }
}
