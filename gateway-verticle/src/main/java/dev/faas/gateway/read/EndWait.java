package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvent;
import dev.faas.activation.ActivationEvent.StateEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationFeed;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.http.token.Authenticated;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Holds a response back until the activation has ended or the time limit is reached. */
public final class EndWait implements ActivationFeed.Listener, OpenResponses.OpenResponse {
    private final Promise<Snapshot> done = Promise.promise();
    private final ActivationFeed feed;
    private Snapshot newest;

    private EndWait(ActivationEvents events, Snapshot known, boolean fresh, Context context) {
        this.newest = known;
        this.feed =
                ActivationFeed.ofStates(events, known, fresh, task -> context.runOnContext(now -> task.run()), this);
    }

    /**
     * Completes with the end, or with the newest known state at the time limit, when the client disconnects or when its login
     * ends. Never fails.
     *
     * @param fresh whether the known state was stored a moment ago
     */
    public static Future<Snapshot> await(
            RoutingContext ctx, ReadContext reads, Snapshot known, boolean fresh, Duration limit) {
        if (limit.isZero()
                || known.record() instanceof ActivationRecord.Ended
                || ctx.response().closed()) {
            return Future.succeededFuture(known);
        }
        var vertx = ctx.vertx();
        var context = vertx.getOrCreateContext();
        var wait = new EndWait(reads.events(), known, fresh, context);
        reads.openResponses().add(wait, context, Authenticated.access(ctx));
        var timer = vertx.setTimer(limit.toMillis(), over -> wait.stop());
        ctx.addEndHandler(disconnected -> wait.stop());
        wait.feed.start();
        return wait.done.future().onComplete(over -> {
            vertx.cancelTimer(timer);
            reads.openResponses().remove(wait);
            wait.feed.close();
        });
    }

    @Override
    public void onEvent(ActivationEvent event) {
        if (event instanceof StateEvent(var sequence, var record)) {
            newest = new Snapshot(record, sequence);
        }
    }

    @Override
    public void onEnd() {
        stop();
    }

    @Override
    public void onNotFound() {
        stop();
    }

    @Override
    public void onFailure(Throwable cause) {
        stop();
    }

    @Override
    public void check() {
        feed.check();
    }

    @Override
    public void stop() {
        done.tryComplete(newest);
    }
}
