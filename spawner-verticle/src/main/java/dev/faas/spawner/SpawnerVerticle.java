package dev.faas.spawner;

import dev.faas.http.HttpService;
import dev.faas.lifecycle.Lifecycle;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/** execution-service: runs activations as containers. {@link #open} shows what it is made of. */
public final class SpawnerVerticle extends VerticleBase {
    private static final String SERVICE = "execution-service";

    private final SpawnerConfig config;
    private @Nullable Lifecycle lifecycle;
    private volatile @Nullable HttpService http;

    public SpawnerVerticle(SpawnerConfig config) {
        this.config = config;
    }

    /** Fails with what is missing when Docker, NATS or the streams are not there in time; then nothing is left open. */
    @Override
    public Future<?> start() {
        lifecycle = new Lifecycle(vertx, SERVICE);
        return lifecycle.start(this::open);
    }

    /** Takes nothing more, lets runs end within the grace, hands the others back, removes every container of ours. */
    @Override
    public Future<?> stop() {
        return lifecycle == null ? Future.succeededFuture() : lifecycle.stop();
    }

    /** The port of metrics, health and version, once started. There is no other. */
    public int internalPort() {
        var running = http;
        if (running == null) {
            throw new IllegalStateException(SERVICE + " has not started");
        }
        return running.internalPort();
    }

    private void open(Lifecycle.Steps on) throws Exception {
        throw new UnsupportedOperationException(SERVICE + " of platform " + config.platform() + " is not written yet");
    }
}
