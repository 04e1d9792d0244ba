package dev.faas.http;

import dev.faas.lifecycle.Lifecycle;
import dev.faas.nats.BusException;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Runs a service as a verticle. Its stop closes the steps of {@link #open} in reverse order. A start that got no answer from
 * a dependency is repeated, as long as the start timeout allows.
 */
public abstract class ServiceVerticle extends VerticleBase {
    private static final long PAUSE_MILLIS = 500;

    private final String service;
    private final Duration startTimeout;
    private @Nullable Lifecycle lifecycle;
    private boolean stopping;
    private volatile @Nullable HttpService http;

    protected ServiceVerticle(String service, Duration startTimeout) {
        this.service = service;
        this.startTimeout = startTimeout;
    }

    /** Opens the service in steps, HTTP last or nearly last. On a thread that may block. */
    protected abstract HttpService open(Lifecycle.Steps on) throws Exception;

    /** Fails when a dependency is not available in time; then everything is closed again. */
    @Override
    public final Future<?> start() {
        return startBefore(System.nanoTime() + startTimeout.toNanos());
    }

    private Future<Void> startBefore(long deadline) {
        lifecycle = new Lifecycle(vertx, service);
        return lifecycle.start(on -> http = open(on)).recover(failure -> {
            if (System.nanoTime() - deadline >= 0 || !isWithoutAnswer(failure.getCause())) {
                return Future.failedFuture(failure);
            }
            LoggerFactory.getLogger(ServiceVerticle.class).warn("{}; starting again", failure.getMessage());
            return vertx.timer(PAUSE_MILLIS)
                    .compose(elapsed -> stopping ? Future.failedFuture(failure) : startBefore(deadline));
        });
    }

    private static boolean isWithoutAnswer(Throwable cause) {
        return switch (cause) {
            case BusException bus -> true;
            case TimeoutException late -> true;
            case ProblemException problem -> problem.problem().status() == 503;
            // The NATS client has no class of its own for a missing answer.
            case IOException other -> other.getClass() == IOException.class;
            default -> false;
        };
    }

    @Override
    public final Future<?> stop() {
        stopping = true;
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
