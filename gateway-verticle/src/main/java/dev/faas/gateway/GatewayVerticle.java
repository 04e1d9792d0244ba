package dev.faas.gateway;

import dev.faas.acceptance.Acceptance;
import dev.faas.acceptance.Backpressure;
import dev.faas.acceptance.CommandEnqueuer;
import dev.faas.acceptance.IdempotencyKeys;
import dev.faas.acceptance.Inbox;
import dev.faas.acceptance.SpawnerRoom;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.Canceller;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Spawners;
import dev.faas.activation.queue.QueueTable;
import dev.faas.gateway.ActivationRoutes.SubmitContext;
import dev.faas.gateway.batch.BatchRoutes;
import dev.faas.gateway.batch.BatchStreams;
import dev.faas.gateway.console.BrowserDoor;
import dev.faas.gateway.console.ConsoleFiles;
import dev.faas.gateway.explain.CurrentLoad;
import dev.faas.gateway.explain.Explainer;
import dev.faas.gateway.feed.FeedListeners;
import dev.faas.gateway.feed.FeedRoutes;
import dev.faas.gateway.forward.Addresses;
import dev.faas.gateway.forward.BatchClient;
import dev.faas.gateway.forward.Forwarding;
import dev.faas.gateway.forward.RegistryClient;
import dev.faas.gateway.forward.Upstream;
import dev.faas.gateway.function.FunctionCache;
import dev.faas.gateway.function.Functions;
import dev.faas.gateway.hook.HookCache;
import dev.faas.gateway.hook.HookRoutes;
import dev.faas.gateway.hook.RefusedHookRequests;
import dev.faas.gateway.quota.RequestRates;
import dev.faas.gateway.read.ActivationReader;
import dev.faas.gateway.read.LiveStreams;
import dev.faas.gateway.read.OpenResponses;
import dev.faas.gateway.read.OutputRoutes;
import dev.faas.gateway.read.ReadContext;
import dev.faas.gateway.subject.SubjectRoutes;
import dev.faas.gateway.submit.Cancellation;
import dev.faas.gateway.submit.Replay;
import dev.faas.http.Health;
import dev.faas.http.HttpService;
import dev.faas.http.Metrics;
import dev.faas.http.ServerCertificate;
import dev.faas.http.ServiceVerticle;
import dev.faas.http.client.ClientAddresses;
import dev.faas.http.token.KeyRing;
import dev.faas.http.token.StaleAccess;
import dev.faas.http.token.TokenVerifier;
import dev.faas.http.token.UsedKeys;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.nats.retry.BusRetry;
import dev.faas.quota.OwnerQuotas;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClient;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs api-gateway, the only public service. {@link #open} shows its parts. */
public final class GatewayVerticle extends ServiceVerticle {
    private static final String SERVICE = "api-gateway";
    private static final Duration CERTIFICATE_PAUSE = Duration.ofSeconds(2);
    private static final Duration FEEDS_PAUSE = Duration.ofMinutes(1);
    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(1);
    private static final String WITHOUT_TLS =
            "the ports have no TLS, so passwords and keys travel in clear: set FAAS_TLS_CERT_FILE and FAAS_TLS_KEY_FILE, or let"
                    + " only a proxy with TLS reach them";
    private static final String FOR_THIS_MACHINE =
            "the platform is for users of this machine: docs/security.md says how to open it to others, by FAAS_BIND (docker"
                    + " compose) or --host (./faas up)";
    private static final Logger LOG = LoggerFactory.getLogger(GatewayVerticle.class);

    private final GatewayConfig config;
    private final Addresses.Lookup lookup;
    private final InstantSource clock;
    private final OpenResponses openResponses = new OpenResponses();
    private final BusRetry bus;

    public GatewayVerticle(GatewayConfig config) {
        this(config, Addresses.SYSTEM, InstantSource.system());
    }

    GatewayVerticle(GatewayConfig config, Addresses.Lookup lookup, InstantSource clock) {
        super(SERVICE, config.nats().startTimeout());
        this.config = config;
        this.lookup = lookup;
        this.clock = clock;
        this.bus = new BusRetry(config.patience());
    }

    int countOpenResponses() {
        return openResponses.count();
    }

    /** Requests that wait until NATS answers again. */
    int countWaiting() {
        return bus.countWaiting();
    }

    @Override
    protected HttpService open(Lifecycle.Steps on) throws Exception {
        var limit = config.nats().startTimeout();
        var nats = on.open("nats", () -> Nats.connect(config.nats(), SERVICE), Nats::close);
        Topology.await(nats, limit);
        var metrics = on.open("metrics", () -> new Metrics(SERVICE), Metrics::close);
        var verifier = new TokenVerifier(vertx);
        var keyRing = on.open("keys", () -> KeyRing.open(nats, verifier, config.trustRoot(), limit), KeyRing::close);
        keyRing.whenAccessEnds(openResponses::stopEnded);
        var cache = on.open(
                "functions",
                () -> FunctionCache.open(nats.kv(Subjects.FUNCTIONS), config.functionCacheBytes(), limit),
                FunctionCache::close);
        var hookCache =
                on.open("hooks", () -> HookCache.open(nats.kv(Subjects.HOOKS), config.hookKeys()), HookCache::close);
        var client = on.open(
                "http client",
                () -> Upstream.client(
                        config.services().tls(), vertx, on, config.http().maxConnections()),
                it -> it.close().await());
        var auth = upstream(on, "auth-service", config.services().auth(), client);
        var stale = StaleAccess.watch(on, keyRing::isFollowing, config.accessStale(), openResponses::stopAll);
        var registry = upstream(on, "registry-service", config.services().registry(), client);

        var events = new ActivationEvents(nats);
        nats.onReconnect(openResponses::check);
        var queue = new CommandQueue(nats);
        var enqueuer = new CommandEnqueuer(queue);
        on.onStop("pending commands", enqueuer::drain);
        var addresses = new ClientAddresses(config.trustedProxies());
        UsedKeys.note(on, nats, verifier, addresses::atGateway, clock);
        var toRegistry = Forwarding.toRegistry(registry, addresses, cache::awaitRevision, hookCache::awaitRevision);
        var registryClient = new RegistryClient(registry);
        var reader = new ActivationReader(events, bus, registryClient);
        var reads = new ReadContext(reader, events, bus, openResponses, toRegistry);
        var streams = new LiveStreams(reads, config.streams());
        var functions = new Functions(cache, bus, registryClient);
        var table = on.open("queue table", () -> QueueTable.follow(nats, queue, QueueTable.MAX_AGE), QueueTable::close);
        var quotas = on.open(
                "quotas",
                () -> OwnerQuotas.follow(nats.kv(Subjects.USAGE), config.quotas(), OwnerQuotas.START_LIMIT),
                OwnerQuotas::close);
        var pressure = new Backpressure(events, queue, table, quotas);
        var keys = IdempotencyKeys.open(nats, bus, quotas::of, limit);
        var spawners = on.open("spawners", () -> new Spawners(nats), Spawners::close);
        spawners.startObserving();
        var room = new SpawnerRoom(spawners::recentHeartbeats);
        var accepted = GatewayMeters.accepted(metrics.registry());
        GatewayMeters.watchStreams(metrics.registry(), openResponses);
        var acceptance = new Acceptance(events, bus, enqueuer, pressure, room, keys, clock, accepted);
        var refusedByHooks = new RefusedHookRequests(nats);
        on.repeat("refused requests of hooks", REFUSED_PAUSE, refusedByHooks::publish);
        var hooks = new HookRoutes(
                hookCache,
                functions,
                new Acceptance(
                        events,
                        bus,
                        enqueuer,
                        pressure,
                        room,
                        IdempotencyKeys.ofHooks(nats, bus, limit),
                        clock,
                        accepted),
                nats,
                refusedByHooks,
                metrics.registry(),
                clock);
        var feedListeners = new FeedListeners(nats, metrics.registry());
        on.repeat("listeners of feeds", FEEDS_PAUSE, feedListeners::renew);
        var batches = new BatchClient(registry);
        var replay = new Replay(reader, functions);
        var cancellation = new Cancellation(reader, bus, new Canceller(events, queue, clock), clock);
        var explainer =
                new Explainer(reader, events, queue, table, spawners::recentHeartbeats, quotas::of, cache, clock);
        var api = new Api(
                stale,
                new BrowserDoor(verifier, config.cookies()),
                verifier,
                new RequestRates(quotas::of),
                Forwarding.to(auth, addresses),
                toRegistry,
                new ActivationRoutes(
                        new SubmitContext(functions, acceptance, replay, cancellation, registryClient),
                        reads,
                        explainer),
                new OutputRoutes(reads, streams),
                streams,
                hooks,
                new SubjectRoutes(new Inbox(nats, bus)),
                new BatchRoutes(functions, acceptance, batches, config.batchMaxItems(), clock, metrics.registry()),
                new BatchStreams(batches, openResponses, config.streams()),
                new CurrentLoad(table, spawners::recentHeartbeats, cache, clock),
                new FeedRoutes(nats, feedListeners, openResponses, config.streams()));
        var program = ClientProgram.open(config.cliFile());
        var console = ConsoleFiles.load();
        var health = new Health(SERVICE)
                .addRequired("nats", nats::isConnected)
                .addRequired("keys", verifier::hasKeys)
                .addRequired("logins", () -> !stale.isStale())
                .addRequired("functions", cache::isLoaded)
                .addOptional("auth-service", auth::ping)
                .addOptional("registry-service", registry::ping);

        var certificate = openCertificate(on, health);
        var http = on.await(
                "http",
                () -> HttpService.start(
                        vertx,
                        config.http(),
                        health,
                        metrics,
                        api.listeners(config.ports(), program, console),
                        certificate),
                HttpService::close);
        if (certificate != null) {
            on.repeatAfterPause("certificate", CERTIFICATE_PAUSE, certificate::readAgain);
        }
        on.onStop("open responses", openResponses::stop);
        return http;
    }

    private @Nullable ServerCertificate openCertificate(Lifecycle.Steps on, Health health) throws Exception {
        if (!config.tls().expected()) {
            LOG.info(FOR_THIS_MACHINE);
        }
        var files = config.tls().files();
        if (files != null) {
            var certificate = on.open(
                    "certificate",
                    () -> ServerCertificate.open(vertx, files.certificate(), files.key()),
                    nothing -> {});
            health.addOptional(
                    "tls",
                    () -> certificate
                            .problem()
                            .<Future<?>>map(Future::failedFuture)
                            .orElseGet(Future::succeededFuture));
            return certificate;
        }
        if (config.tls().expected()) {
            LOG.warn(WITHOUT_TLS);
            health.addOptional("tls", () -> Future.failedFuture(WITHOUT_TLS));
        }
        return null;
    }

    private Upstream upstream(Lifecycle.Steps on, String name, URI url, HttpClient client) throws Exception {
        var addresses = on.await(
                "addresses of " + name, () -> Addresses.open(vertx, url.getHost(), Upstream.port(url), lookup), it -> {
                    it.close();
                    return Future.succeededFuture();
                });
        return new Upstream(name, url, client, addresses);
    }
}
