package dev.faas.http;

import dev.faas.lifecycle.Lifecycle;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/** A service as a verticle: what {@link #open} opens from top to bottom is closed from bottom to top. */
public abstract class ServiceVerticle extends VerticleBase {
    private final String service;
    private @Nullable Lifecycle lifecycle;
    private volatile @Nullable HttpService http;

    protected ServiceVerticle(String service) {
        this.service = service;
    }

    /** Puts it together; its HTTP side comes last, or nearly so. On a thread that may block. */
    protected abstract HttpService open(Lifecycle.Steps on) throws Exception;

    /** Fails with what is missing when something it needs is not there in time; then nothing is left open. */
    @Override
    public final Future<?> start() {
        lifecycle = new Lifecycle(vertx, service);
        return lifecycle.start(on -> http = open(on));
    }

    @Override
    public final Future<?> stop() {
        return lifecycle == null ? Future.succeededFuture() : lifecycle.stop();
    }

    /** The port of one of its listeners, once started. */
    public final int port(String listener) {
        return startedHttp().port(listener);
    }

    /** The port of metrics and detailed health, once started. */
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
