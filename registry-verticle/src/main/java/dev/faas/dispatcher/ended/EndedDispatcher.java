package dev.faas.dispatcher.ended;

import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Nats;
import dev.faas.pg.Pg;
import dev.faas.wire.Subjects;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;

/**
 * Hands ends of activations on: to the schedules that submitted them, and to the destinations of their owners. The projector adds
 * them to the table {@code ended} in the transaction of the terminal row; a crash leaves them there.
 */
public final class EndedDispatcher {
    private static final int BATCH = 500;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Pg pg;
    private final List<Ended.Handler> handlers;
    private final Runnable onHandled;
    private final Wake wake;
    private volatile long waiting;

    private EndedDispatcher(Pg pg, List<Ended.Handler> handlers, Runnable onHandled, Wake wake) {
        this.pg = pg;
        this.handlers = handlers;
        this.onHandled = onHandled;
        this.wake = wake;
    }

    /** @param onHandled is called when something was handed on */
    public static void start(
            Lifecycle.Steps on,
            Nats nats,
            Pg pg,
            List<Ended.Handler> handlers,
            Runnable onHandled,
            MeterRegistry meters)
            throws Exception {
        var wake = new Wake();
        var dispatcher = new EndedDispatcher(pg, handlers, onHandled, wake);
        Gauge.builder("faas.ends.waiting", () -> dispatcher.waiting)
                .description("Ends of activations of the whole platform that are not handed on yet")
                .register(meters);
        on.open("notifications of ends", () -> nats.subscribe(Subjects.ENDED, message -> wake.up()), Nats.Subscription::close);
        on.open("ends", () -> RepeatingTask.startPaced("ends", LONGEST_PAUSE, dispatcher::runOnce), task -> {
            wake.up();
            task.stop();
        });
    }

    /** Blocks, also for the pause. */
    private Duration runOnce() throws Exception {
        int taken = Blocking.await(take());
        if (taken > 0) {
            onHandled.run();
        }
        waiting = taken == BATCH ? Blocking.await(count()) : 0;
        if (taken < BATCH) {
            wake.sleep(LONGEST_PAUSE);
        }
        return Duration.ZERO;
    }

    private Future<Integer> take() {
        return pg.inTransaction(tx -> tx.preparedQuery("""
                        delete from ended where activation_id in (
                            select activation_id from ended order by activation_id limit $1 for update skip locked)
                        returning *""").execute(Tuple.of(BATCH)).compose(rows -> {
            var ends = rows.stream().map(EndedDispatcher::toEnded).toList();
            var done = Future.<Void>succeededFuture();
            if (!ends.isEmpty()) {
                for (var handler : handlers) {
                    done = done.compose(next -> handler.handle(tx, ends));
                }
            }
            return done.map(ends.size());
        }));
    }

    private Future<Long> count() {
        return pg.withPool(pool -> pool.query("select count(*) from ended")
                .execute()
                .map(rows -> rows.iterator().next().getLong(0)));
    }

    private static Ended toEnded(Row row) {
        return new Ended(
                row.getString("activation_id"),
                row.getString("owner"),
                new Ended.Function(row.getString("function_id"), row.getString("function_name")),
                row.getString("status"),
                row.getJsonObject("tags"),
                row.getString("trigger_id"));
    }
}
