package dev.faas.gateway;

import dev.faas.http.Health;
import dev.faas.http.HttpService;
import dev.faas.http.KeyRing;
import dev.faas.http.Listener;
import dev.faas.http.Metrics;
import dev.faas.http.TokenVerifier;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** api-gateway: the only public door. {@link #open} shows what it is made of. */
public final class GatewayVerticle extends VerticleBase {
    private static final String SERVICE = "api-gateway";

    private final GatewayConfig config;
    private @Nullable Lifecycle lifecycle;
    private volatile @Nullable HttpService http;

    public GatewayVerticle(GatewayConfig config) {
        this.config = config;
    }

    /** Fails with what is missing when NATS or the streams are not there in time; then nothing is left open. */
    @Override
    public Future<?> start() {
        lifecycle = new Lifecycle(vertx, SERVICE);
        return lifecycle.start(this::open);
    }

    @Override
    public Future<?> stop() {
        return lifecycle == null ? Future.succeededFuture() : lifecycle.stop();
    }

    /** The port of {@code api}, {@code auth} or {@code registry}, once started. */
    public int port(String listener) {
        return started().port(listener);
    }

    /** The port of metrics and detailed health, once started. */
    public int internalPort() {
        return started().internalPort();
    }

    private void open(Lifecycle.Steps on) throws Exception {
        var nats = on.open("nats", () -> Nats.connect(config.nats(), SERVICE), Nats::close);
        Topology.await(nats, config.nats().startTimeout());
        var metrics = on.open("metrics", () -> new Metrics(SERVICE), Metrics::close);
        var verifier = new TokenVerifier(vertx, "faas", "faas");
        on.open("keys", () -> KeyRing.open(nats, verifier, config.nats().startTimeout()), KeyRing::close);
        var health = new Health(SERVICE).require("nats", nats::connected).require("keys", verifier::ready);
        http = on.await(
                "http",
                () -> HttpService.start(
                        vertx,
                        config.http(),
                        health,
                        metrics,
                        List.of(
                                new Listener("api", config.apiPort(), routes -> {}),
                                new Listener("auth", config.authPort(), routes -> {}),
                                new Listener("registry", config.registryPort(), routes -> {}))),
                HttpService::close);
    }

    private HttpService started() {
        var running = http;
        if (running == null) {
            throw new IllegalStateException(SERVICE + " has not started");
        }
        return running;
    }
}
