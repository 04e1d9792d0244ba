package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvent;
import dev.faas.activation.ActivationEvent.StateEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationFeed;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Holds an answer back until an activation has ended, for so long and no longer. */
public final class EndWait implements ActivationFeed.Listener, OpenResponses.Open {
    private final Promise<Snapshot> done = Promise.promise();
    private final ActivationFeed feed;
    private Snapshot newest;

    private EndWait(ActivationEvents events, Snapshot known, boolean fresh, Context context) {
        this.newest = known;
        this.feed =
                ActivationFeed.ofStates(events, known, fresh, task -> context.runOnContext(now -> task.run()), this);
    }

    /**
     * The end, or the newest state known when the time is over, or the client has left. Never fails.
     *
     * @param fresh the known one was stored a moment ago
     */
    public static Future<Snapshot> of(
            RoutingContext ctx,
            ActivationEvents events,
            OpenResponses open,
            Snapshot known,
            boolean fresh,
            Duration limit) {
        if (limit.isZero()
                || known.record() instanceof ActivationRecord.Ended
                || ctx.response().closed()) {
            return Future.succeededFuture(known);
        }
        var vertx = ctx.vertx();
        var context = vertx.getOrCreateContext();
        var wait = new EndWait(events, known, fresh, context);
        open.add(wait, context);
        var timer = vertx.setTimer(limit.toMillis(), over -> wait.stop());
        ctx.addEndHandler(clientGone -> wait.stop());
        wait.feed.start();
        return wait.done.future().onComplete(over -> {
            vertx.cancelTimer(timer);
            open.remove(wait);
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
        done.tryComplete(newest);
    }

    @Override
    public void onNotFound() {
        done.tryComplete(newest);
    }

    @Override
    public void onFailure(Throwable cause) {
        done.tryComplete(newest);
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
