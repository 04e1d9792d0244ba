package dev.faas.dispatcher;

import dev.faas.audit.AuditStore;
import dev.faas.dispatcher.batch.BatchDispatcher;
import dev.faas.dispatcher.delivery.DeliveryDispatcher;
import dev.faas.dispatcher.ended.EndedDispatcher;
import dev.faas.dispatcher.event.FeedDispatcher;
import dev.faas.dispatcher.job.JobDispatcher;
import dev.faas.dispatcher.source.SourceDispatcher;
import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.dispatcher.tick.TickDispatcher;
import dev.faas.dispatcher.tick.TickEndStore;
import dev.faas.http.Health;
import dev.faas.http.HttpService;
import dev.faas.http.Metrics;
import dev.faas.http.ServiceVerticle;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.pg.Pg;
import dev.faas.wire.Subjects;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.util.List;

/** Does what is due: runs alone for {@code FAAS_ROLES=dispatcher}; else {@link #open} adds its parts to the registry. */
public final class DispatcherVerticle extends ServiceVerticle {
    private static final String SERVICE = "dispatcher";

    private final DispatcherConfig config;

    public DispatcherVerticle(DispatcherConfig config) {
        super(SERVICE, config.nats().startTimeout());
        this.config = config;
    }

    @Override
    protected HttpService open(Lifecycle.Steps on) throws Exception {
        var metrics = on.open("metrics", () -> new Metrics(SERVICE), Metrics::close);
        var health = new Health(SERVICE);
        open(on, vertx, config, metrics.registry(), health);
        return on.await(
                "http", () -> HttpService.start(vertx, config.http(), health, metrics, List.of()), HttpService::close);
    }

    /** Blocks until it runs. */
    public static void open(
            Lifecycle.Steps on, Vertx vertx, DispatcherConfig config, MeterRegistry meters, Health health)
            throws Exception {
        var nats = on.open("nats of the dispatcher", () -> Nats.connect(config.nats(), SERVICE), Nats::close);
        Topology.await(nats, config.nats().startTimeout(), Subjects.SUSPENDED);
        var pg = on.open(
                "postgres of the dispatcher", () -> Pg.open(vertx, config.pg()), it -> Blocking.await(it.close()));
        // Not required: what the registry answers does not need them.
        health.addOptional("nats of the dispatcher", nats::isConnected)
                .addOptional("postgres of the dispatcher", pg::ping);
        DelayedDispatcher.start(on, nats, pg, meters);
        Runnable accepted = Counter.builder("faas.activations.accepted")
                .description("Activations that were accepted here")
                .register(meters)::increment;
        var submits = NamedSubmits.open(on, vertx, nats, pg, config.quotas(), accepted);
        TickDispatcher.start(on, submits, pg, meters);
        SourceDispatcher.start(on, nats, pg, submits, meters);
        var outgoing = config.outgoing();
        var deliveries =
                DeliveryDispatcher.start(on, vertx, pg, submits, nats, outgoing.config(), outgoing.keks(), meters);
        FeedDispatcher.start(on, nats, pg, meters);
        BatchDispatcher.start(on, pg, deliveries::wake);
        JobDispatcher.start(on, pg, submits, nats.objectBucket(Subjects.OUTPUTS), deliveries::wake, meters);
        EndedDispatcher.start(
                on,
                nats,
                pg,
                List.of(new TickEndStore(new AuditStore(pg, "registry", config.auditLog())), deliveries.endHandler()),
                deliveries::wake,
                meters);
    }
}
