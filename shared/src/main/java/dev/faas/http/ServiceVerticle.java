package dev.faas.http;

import dev.faas.lifecycle.Lifecycle;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/** Runs a service as a verticle. Its stop closes the steps of {@link #open} in reverse order. */
public abstract class ServiceVerticle extends VerticleBase {
    private final String service;
    private @Nullable Lifecycle lifecycle;
    private volatile @Nullable HttpService http;

    protected ServiceVerticle(String service) {
        this.service = service;
    }

    /** Opens the service in steps, HTTP last or nearly last. On a thread that may block. */
    protected abstract HttpService open(Lifecycle.Steps on) throws Exception;

    /** Fails when a dependency is not available in time; then everything is closed again. */
    @Override
    public final Future<?> start() {
        lifecycle = new Lifecycle(vertx, service);
        return lifecycle.start(on -> http = open(on));
    }

    @Override
    public final Future<?> stop() {
        return lifecycle == null ? Future.succeededFuture() : lifecycle.stop();
    }

    /** The port of a listener, after the start. */
    public final int port(String listener) {
        return startedHttp().port(listener);
    }

    /** The port of metrics and detailed health, after the start. */
    public final int internalPort() {
        return startedHttp().internalPort();
    }

    private HttpService startedHttp() {
        var running = http;
        if (running == null) {
            throw new IllegalStateException(service + " has not started");
        }
        return running;
    }
}
