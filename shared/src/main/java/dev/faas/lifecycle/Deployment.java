package dev.faas.lifecycle;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/** Deploys one verticle, which can be stopped while it starts. Vert.x cannot do that: when it is closed, the promise of a
 * deployment in progress fails, and the start continues. Thread-safe.
 */
public final class Deployment {
    private final Vertx vertx;
    private final StoppableStart verticle;
    private final Future<String> started;
    private @Nullable Future<?> stopped;

    private Deployment(Vertx vertx, StoppableStart verticle) {
        this.vertx = vertx;
        this.verticle = verticle;
        this.started = vertx.deployVerticle(verticle);
    }

    public static Deployment of(Vertx vertx, Deployable verticle) {
        return new Deployment(vertx, new StoppableStart(verticle));
    }

    public Future<?> started() {
        return started;
    }

    /** Idempotent: later calls return the same outcome. A failed start needs no stop. */
    public synchronized Future<?> stop() {
        if (stopped == null) {
            if (!started.isComplete()) {
                stopped = verticle.stop();
            } else {
                stopped = started.succeeded() ? vertx.undeploy(started.result()) : Future.succeededFuture();
            }
        }
        return stopped;
    }

    /** Keeps the context of a start, which begins on another thread, so that it can be stopped; stops once. */
    private static final class StoppableStart implements Deployable {
        private final Deployable verticle;
        private final Promise<Context> on = Promise.promise();
        private @Nullable Future<?> stopped;

        StoppableStart(Deployable verticle) {
            this.verticle = verticle;
        }

        @Override
        public Future<?> deploy(Context context) throws Exception {
            try {
                return verticle.deploy(context);
            } finally {
                on.complete(context);
            }
        }

        @Override
        public synchronized Future<?> undeploy(Context context) throws Exception {
            if (stopped == null) {
                stopped = verticle.undeploy(context);
            }
            return stopped;
        }

        Future<?> stop() {
            return on.future().compose(context -> {
                var done = Promise.<Void>promise();
                context.runOnContext(go -> stop(context).<Void>mapEmpty().onComplete(done));
                return done.future();
            });
        }

        private Future<?> stop(Context context) {
            try {
                return undeploy(context);
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        }
    }
}
