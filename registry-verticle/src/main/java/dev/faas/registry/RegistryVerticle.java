package dev.faas.registry;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.Canceller;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Spawners;
import dev.faas.activation.queue.QueueTable;
import dev.faas.audit.AdminGuard;
import dev.faas.audit.AuditRoutes;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origins;
import dev.faas.audit.RefusedAttempts;
import dev.faas.dispatcher.DispatcherVerticle;
import dev.faas.dispatcher.event.FeedDispatcher;
import dev.faas.feed.FeedOwners;
import dev.faas.feed.FeedPublisher;
import dev.faas.http.Health;
import dev.faas.http.HttpService;
import dev.faas.http.Listener;
import dev.faas.http.Metrics;
import dev.faas.http.ServiceVerticle;
import dev.faas.http.client.ClientAddresses;
import dev.faas.http.tls.InnerTls;
import dev.faas.http.token.KeyRing;
import dev.faas.http.token.StaleAccess;
import dev.faas.http.token.TokenVerifier;
import dev.faas.http.token.UsedKeys;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Consumers;
import dev.faas.nats.DurableReader;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.pg.Pg;
import dev.faas.registry.batch.BatchRoutes;
import dev.faas.registry.batch.BatchStore;
import dev.faas.registry.destination.CallbackRoutes;
import dev.faas.registry.destination.CallbackSecretStore;
import dev.faas.registry.destination.DeliveryRoutes;
import dev.faas.registry.destination.DeliveryStore;
import dev.faas.registry.destination.DestinationRoutes;
import dev.faas.registry.destination.DestinationStore;
import dev.faas.registry.function.EventsAge;
import dev.faas.registry.function.FunctionBody;
import dev.faas.registry.function.FunctionBucket;
import dev.faas.registry.function.FunctionPausing;
import dev.faas.registry.function.FunctionRoutes;
import dev.faas.registry.function.FunctionStore;
import dev.faas.registry.function.Functions;
import dev.faas.registry.function.ImagePins;
import dev.faas.registry.function.OutboxStore;
import dev.faas.registry.function.PolicyRoutes;
import dev.faas.registry.function.SecretSupport;
import dev.faas.registry.hook.HookBucket;
import dev.faas.registry.hook.HookMessages;
import dev.faas.registry.hook.HookRoutes;
import dev.faas.registry.hook.HookStore;
import dev.faas.registry.hook.QuestionStore;
import dev.faas.registry.hook.RefusalStore;
import dev.faas.registry.job.JobRoutes;
import dev.faas.registry.job.JobStore;
import dev.faas.registry.ledger.ActivationRoutes;
import dev.faas.registry.ledger.EventShares;
import dev.faas.registry.ledger.ExpiredPayloadRemover;
import dev.faas.registry.ledger.Ledger;
import dev.faas.registry.ledger.LedgerReadStore;
import dev.faas.registry.ledger.LedgerStore;
import dev.faas.registry.ledger.OutputShares;
import dev.faas.registry.ledger.OwnerSumsStore;
import dev.faas.registry.ledger.PartitionStore;
import dev.faas.registry.ledger.PayloadArchive;
import dev.faas.registry.ledger.Projection;
import dev.faas.registry.ledger.Projector;
import dev.faas.registry.ledger.Pruner;
import dev.faas.registry.ledger.RecordRemover;
import dev.faas.registry.ledger.RetentionStore;
import dev.faas.registry.ledger.StateFeed;
import dev.faas.registry.maintenance.ConsumerReconciler;
import dev.faas.registry.maintenance.DeletedFunctionCanceller;
import dev.faas.registry.maintenance.DeletedFunctionPurger;
import dev.faas.registry.maintenance.DeletedQueueRemover;
import dev.faas.registry.maintenance.DeletedUserRemover;
import dev.faas.registry.maintenance.DeletedUserStore;
import dev.faas.registry.maintenance.IdleFunctionDeleter;
import dev.faas.registry.maintenance.IdleFunctionStore;
import dev.faas.registry.maintenance.LostActivationCloser;
import dev.faas.registry.maintenance.LostRunRescuer;
import dev.faas.registry.maintenance.MissingCommandEnqueuer;
import dev.faas.registry.maintenance.QueuedActivationExpirer;
import dev.faas.registry.maintenance.Reconciler;
import dev.faas.registry.maintenance.RepairContext;
import dev.faas.registry.maintenance.RepairStore;
import dev.faas.registry.maintenance.RetryEnqueuer;
import dev.faas.registry.maintenance.StalledCommandRescuer;
import dev.faas.registry.meters.EndMeters;
import dev.faas.registry.meters.LoadStore;
import dev.faas.registry.meters.PlatformMeters;
import dev.faas.registry.quota.QuotaBucket;
import dev.faas.registry.quota.QuotaRoutes;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.registry.quota.StoredSpace;
import dev.faas.registry.schedule.ScheduleRoutes;
import dev.faas.registry.schedule.ScheduleStore;
import dev.faas.registry.schedule.TickRetention;
import dev.faas.registry.secret.SecretBucket;
import dev.faas.registry.secret.SecretRoutes;
import dev.faas.registry.secret.SecretStore;
import dev.faas.registry.secret.Secrets;
import dev.faas.registry.source.SourceRoutes;
import dev.faas.registry.source.SourceStore;
import dev.faas.registry.stats.PlatformRoutes;
import dev.faas.registry.stats.StandingSampler;
import dev.faas.registry.stats.StatStore;
import dev.faas.registry.stats.StatsRoutes;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Runs registry-service: functions, their revisions and the ledger of activations. {@link #open} builds its parts. */
public final class RegistryVerticle extends ServiceVerticle {
    static final String SERVICE = "registry-service";
    private static final String API = "api";
    /** The broker redelivers after one ACK_WAIT: a command that is still idle after two has stalled. */
    private static final Duration STALLED_AFTER = Consumers.ACK_WAIT.multipliedBy(2);

    private static final Duration REFUSED_PAUSE = Duration.ofMinutes(1);
    private static final Duration SEALS_PAUSE = Duration.ofHours(1);
    private static final Duration AUDIT_PAUSE = Duration.ofHours(6);
    /** A minute by default: the question reads all rows of an owner. */
    private static final int STORED_PAUSE_FACTOR = 12;

    private static final Duration RETRIES_PAUSE = Duration.ofMillis(50);

    private final RegistryConfig config;
    private final InstantSource clock;

    public RegistryVerticle(RegistryConfig config) {
        this(config, InstantSource.system());
    }

    RegistryVerticle(RegistryConfig config, InstantSource clock) {
        super(SERVICE, config.connections().nats().startTimeout());
        this.config = config;
        this.clock = clock;
    }

    /** Port of the API; only after the start. */
    public int port() {
        return port(API);
    }

    @Override
    protected HttpService open(Lifecycle.Steps on) throws Exception {
        var connections = config.connections();
        var maintenance = config.maintenance();
        var eventsAge = connections.topology().eventsAge();
        var nats = on.open("nats", () -> Nats.connect(connections.nats(), SERVICE), Nats::close);
        var pg = on.open("postgres", () -> Pg.open(vertx, connections.pg()), it -> Blocking.await(it.close()));
        var audit = new AuditStore(pg, "registry", config.auditLog());
        on.await("audit log", audit::protect, nothing -> Future.succeededFuture());
        var refused = new RefusedAttempts(audit);
        on.onStop("counts of refused attempts", () -> Blocking.await(refused.flush()));
        var addresses = new ClientAddresses(config.gateways());
        var origins = new Origins(addresses);
        var store = new FunctionStore(pg, audit);
        on.await("age of events", new EventsAge(store, eventsAge)::check, nothing -> Future.succeededFuture());
        on.open("streams and buckets", () -> createTopology(nats), nothing -> {});
        var metrics = on.open("metrics", () -> new Metrics(SERVICE), Metrics::close);
        metrics.watchConnections(pg::connections, connections.pg().poolSize());
        var verifier = new TokenVerifier(vertx);
        var keys = on.open(
                "signing keys",
                () -> KeyRing.open(
                        nats, verifier, config.trustRoot(), connections.nats().startTimeout()),
                KeyRing::close);

        var stale = StaleAccess.watch(on, keys::isFollowing, config.accessStale(), () -> {});
        UsedKeys.note(on, nats, verifier, addresses::behindGateway, clock);

        var spawners = on.open("spawners", () -> observeSpawners(nats), Spawners::close);
        var queue = new CommandQueue(nats);
        var bucket = new FunctionBucket(vertx, nats.kv(Subjects.FUNCTIONS), new OutboxStore(pg));
        var pins = new ImagePins(vertx, nats);
        var quotaStore = new QuotaStore(pg, audit);
        var functions = new Functions(
                vertx,
                new Functions.Storage(store, bucket, pins, quotaStore),
                queue,
                nats::isConnected,
                new SecretSupport(spawners::recentHeartbeats),
                config.quotas(),
                clock);
        var pausing = new FunctionPausing(store, bucket, nats::isConnected, eventsAge, clock);
        on.await("bucket FUNCTIONS", bucket::restoreIfLost, nothing -> Future.succeededFuture());
        on.repeat("outbox", maintenance.outboxPause(), () -> Blocking.await(bucket.writePending()));
        var quotaBucket = new QuotaBucket(vertx, nats.kv(Subjects.USAGE), quotaStore);
        on.await("quotas", quotaStore::markAllPending, nothing -> Future.succeededFuture());
        on.repeat("quotas", maintenance.outboxPause(), () -> Blocking.await(quotaBucket.writePending()));

        var secretStore = new SecretStore(pg, audit);
        var secretBucket = new SecretBucket(vertx, nats.kv(Subjects.SECRETS), secretStore);
        on.await("bucket SECRETS", secretBucket::restoreIfLost, nothing -> Future.succeededFuture());
        on.repeat("secrets", maintenance.outboxPause(), () -> Blocking.await(secretBucket.writePending()));

        var scheduleStore = new ScheduleStore(pg, audit);
        config.keks().warnIfMissing("secrets of destinations are stored unencrypted");
        var destinationStore = new DestinationStore(pg, audit, config.keks());
        var callbackSecrets = new CallbackSecretStore(pg, audit, config.keks());
        var deliveryStore = new DeliveryStore(pg);
        var batchStore = new BatchStore(pg, audit);
        var jobStore = new JobStore(pg, audit);

        var hookStore = new HookStore(pg, audit);
        var hookBucket = new HookBucket(vertx, nats.kv(Subjects.HOOKS), hookStore);
        on.await("bucket HOOKS", hookBucket::restoreIfLost, nothing -> Future.succeededFuture());
        on.repeat("hooks", maintenance.outboxPause(), () -> Blocking.await(hookBucket.writePending()));
        var refusals = new RefusalStore(pg);
        var sourceStore = new SourceStore(pg, audit);
        HookMessages.follow(on, nats, new QuestionStore(pg), refusals);

        var events = new ActivationEvents(nats);
        var ledger = new LedgerStore(pg, () -> notifyOfEnds(nats), new EndMeters(metrics.registry()));
        var archive = new PayloadArchive(nats.objectBucket(Subjects.OUTPUTS));
        var feedOwners = on.open("feeds", () -> FeedOwners.follow(nats), FeedOwners::close);
        var projection = new Projection(
                events,
                archive,
                ledger,
                new StateFeed(new FeedPublisher(nats, feedOwners, FeedDispatcher.published(metrics.registry()))));
        var pruner = new Pruner(events, ledger, clock, config.retention().events());
        var partitions = new PartitionStore(pg);
        on.await("today's partition", () -> partitions.ensure(clock.instant()), nothing -> Future.succeededFuture());
        on.repeat("partitions", maintenance.partitionsPause(), () -> maintainPartitions(partitions, clock.instant()));
        on.open("projector", () -> startProjector(nats, projection, metrics), Projector::stop);
        var tasks = on.open("tasks", () -> new TaskStore(pg), it -> Blocking.await(it.releaseAll()));
        on.repeat("renewal of tasks", TaskStore.RENEW_PAUSE, () -> Blocking.await(tasks.renewAll()));
        repeatInOneRegistry(on, tasks, "pruner", maintenance.prunePause(), pruner::runOnce);
        var retention = new RetentionStore(pg);
        var remover = new ExpiredPayloadRemover(retention, archive, config.retention(), clock);
        repeatInOneRegistry(on, tasks, "retention", maintenance.prunePause(), remover::runOnce);
        repeatInOneRegistry(
                on, tasks, "old ticks", maintenance.prunePause(), new TickRetention(scheduleStore, clock)::runOnce);
        repeatInOneRegistry(on, tasks, "old deliveries", maintenance.prunePause(), deliveryStore::maintain);
        repeatInOneRegistry(on, tasks, "old batches", maintenance.prunePause(), batchStore::prune);
        repeatInOneRegistry(on, tasks, "old jobs", maintenance.prunePause(), jobStore::prune);
        on.repeat("sealed destinations", SEALS_PAUSE, () -> Blocking.await(destinationStore.reseal()));
        repeatInOneRegistry(on, tasks, "unused destinations", maintenance.prunePause(), destinationStore::removeUnused);
        var sums = new OwnerSumsStore(pg);
        repeatInOneRegistry(
                on,
                tasks,
                "room for outputs",
                maintenance.prunePause(),
                new OutputShares(archive, sums, retention)::runOnce);
        var eventShares = new EventShares(events, sums, nats.kv(Subjects.USAGE));
        repeatInOneRegistry(on, tasks, "shares of events", EventShares.PAUSE, () -> {
            eventShares.runOnce();
            return false;
        });

        var stats = new StatStore(pg);
        var stored = new StoredSpace(quotaStore, sums);
        repeatInOneRegistry(
                on, tasks, "stored space", maintenance.prunePause().multipliedBy(STORED_PAUSE_FACTOR), () -> {
                    stored.runOnce();
                    return false;
                });

        var retries = on.open(
                "parked retries", () -> nats.openReader(Subjects.RETRIES, Subjects.RETRIER), DurableReader::close);
        on.repeat("retries", RETRIES_PAUSE, new RetryEnqueuer(retries, events, queue, clock)::runOnce);

        var closer = new LostActivationCloser(
                events, projection, ledger, nats.stream(Subjects.EVENTS).consumers(), clock);
        var context = new RepairContext(new RepairStore(pg), events, queue, closer, clock);
        var table = on.open("queue table", () -> QueueTable.follow(nats, queue, QueueTable.MAX_AGE), QueueTable::close);
        var gauges = new PlatformMeters(metrics.registry(), nats, table, new LoadStore(pg), spawners);
        on.repeat("gauges of the platform", PlatformMeters.PAUSE, gauges::runOnce);
        var users = new DeletedUserRemover(
                new DeletedUserStore(pg),
                keys::deletedUsers,
                new DeletedUserRemover.Data(
                        functions,
                        scheduleStore,
                        hookStore,
                        sourceStore,
                        destinationStore,
                        callbackSecrets,
                        deliveryStore,
                        batchStore,
                        jobStore,
                        secretStore,
                        stats,
                        quotaBucket,
                        new RecordRemover(retention, archive)));
        var idle = new IdleFunctionDeleter(new IdleFunctionStore(pg), functions, closer, clock);
        var reconciler = createReconciler(context, nats, bucket, spawners, table, List.of(users, idle));
        repeatInOneRegistry(on, tasks, "reconciler", maintenance.reconcilePause(), () -> {
            reconciler.runOnce();
            return false;
        });

        var bodies = new FunctionBody(eventsAge, config.defaultMode(), config.rules());
        var functionRoutes = new FunctionRoutes(functions, pausing, bodies, verifier, origins);
        var activationRoutes = new ActivationRoutes(
                new Ledger(vertx, new LedgerReadStore(pg), archive, config.retention(), clock), verifier);
        var quotaRoutes = new QuotaRoutes(quotaStore, quotaBucket, config.quotas(), table, verifier, origins);
        var secretRoutes = new SecretRoutes(
                new Secrets(secretStore, secretBucket, config.sealing(), nats::isConnected, clock), verifier, origins);
        var scheduleRoutes = new ScheduleRoutes(scheduleStore, config.quotas(), verifier, origins);
        var hookRoutes = new HookRoutes(
                hookStore, hookBucket, refusals, config.quotas(), config.hookSealing(), verifier, origins);
        var sourceRoutes = new SourceRoutes(sourceStore, nats, config.quotas(), verifier, origins);
        var destinationRoutes = new DestinationRoutes(
                destinationStore, config.quotas(), config.outgoing().rules(), verifier, origins);
        var callbackRoutes = new CallbackRoutes(
                destinationStore, callbackSecrets, config.outgoing().rules(), verifier, origins);
        var deliveryRoutes = new DeliveryRoutes(vertx, destinationStore, deliveryStore, verifier);
        var batchRoutes = new BatchRoutes(batchStore, config.quotas(), verifier, origins);
        var statsRoutes = new StatsRoutes(stats, nats.stream(Subjects.EVENTS).consumers(), verifier, clock);
        repeatInOneRegistry(
                on, tasks, "standings", StandingSampler.PAUSE, new StandingSampler(table, stats, clock)::runOnce);
        var jobRoutes = new JobRoutes(jobStore, config.quotas(), config.retention(), verifier, origins);
        var admins = new AdminGuard(verifier, refused, origins);
        on.repeat("writing counts of refused attempts", REFUSED_PAUSE, () -> Blocking.await(refused.flush()));
        on.repeat("pruning the audit log", AUDIT_PAUSE, audit::prune);
        var health = new Health(SERVICE)
                .addRequired("nats", nats::isConnected)
                .addRequired("logins", () -> !stale.isStale())
                .addRequired("postgres", pg::ping);
        if (config.roles().dispatcher()) {
            DispatcherVerticle.open(on, vertx, config.dispatcher(), metrics.registry(), health);
        }
        var api = new Listener(API, config.port(), router -> {
            router.route().handler(stale);
            functionRoutes.add(router);
            activationRoutes.add(router);
            quotaRoutes.add(router, admins);
            new PolicyRoutes(config.rules(), config.quotas()).add(router, admins);
            new PlatformRoutes(spawners::recentHeartbeats, table, nats).add(router, admins);
            new AuditRoutes(audit).add(router, admins);
            secretRoutes.add(router);
            scheduleRoutes.add(router);
            hookRoutes.add(router);
            sourceRoutes.add(router);
            destinationRoutes.add(router);
            callbackRoutes.add(router);
            deliveryRoutes.add(router);
            batchRoutes.add(router);
            statsRoutes.add(router);
            jobRoutes.add(router);
        });
        var certificate = InnerTls.server(config.innerTls(), vertx, on, health);
        return on.await(
                "http",
                () -> HttpService.start(vertx, config.http(), health, metrics, List.of(api), certificate),
                HttpService::close);
    }

    /** Without it a dispatcher looks a second later. */
    private static void notifyOfEnds(Nats nats) {
        if (nats.isConnected()) {
            nats.publish(Subjects.ENDED, new byte[0]);
        }
    }

    private void maintainPartitions(PartitionStore partitions, Instant now) throws Exception {
        Blocking.await(partitions.ensure(now));
        Blocking.await(partitions.dropExpired(config.retention().recordsCutoff(now)));
    }

    /** Runs a job in one registry at a time, without a pause while more is due. */
    private static void repeatInOneRegistry(
            Lifecycle.Steps on, TaskStore tasks, String name, Duration pause, Callable<Boolean> job) throws Exception {
        on.open(
                name,
                () -> RepeatingTask.startPaced(name, pause, () -> tasks.runIfMine(name, job) ? Duration.ZERO : pause),
                RepeatingTask::stop);
    }

    private static Projector startProjector(Nats nats, Projection projection, Metrics metrics) {
        return Projector.start(nats.openReader(Subjects.EVENTS, Subjects.PROJECTOR), projection, metrics.registry());
    }

    private Reconciler createReconciler(
            RepairContext context,
            Nats nats,
            FunctionBucket bucket,
            Spawners spawners,
            QueueTable table,
            List<Reconciler.Repair> deleters) {
        var store = context.store();
        var queue = context.queue();
        var minAge = config.maintenance().reconcileAfter();
        var repairs = new ArrayList<>(deleters);
        repairs.addAll(List.of(
                new DeletedFunctionCanceller(store, new Canceller(context.events(), queue, clock)),
                new QueuedActivationExpirer(context),
                new MissingCommandEnqueuer(context, minAge),
                new StalledCommandRescuer(context, STALLED_AFTER),
                new LostRunRescuer(context, spawners),
                new DeletedQueueRemover(store, queue, nats.stream("KV_" + Subjects.IMAGES), minAge),
                new DeletedFunctionPurger(store, bucket, config.retention(), clock),
                new ConsumerReconciler(store, queue, table, ConsumerReconciler.MAX_IDLE, clock)));
        return new Reconciler(repairs);
    }

    private static Spawners observeSpawners(Nats nats) throws Exception {
        var spawners = new Spawners(nats);
        spawners.startObserving();
        return spawners;
    }

    private Nats createTopology(Nats nats) throws Exception {
        Topology.create(nats, config.connections().topology());
        return nats;
    }
}
