package dev.faas.auth;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Small jobs that are done again and again, on one event loop, each with a pause after it has ended. A job that fails is
 * tried again at its next turn; the log says so once, and once when it works again.
 */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final Vertx vertx;
    private final Context context;
    private final List<Job> jobs = new ArrayList<>();

    Upkeep(Vertx vertx, Context context) {
        this.vertx = vertx;
        this.context = context;
    }

    Upkeep every(Duration pause, String name, Supplier<Future<Void>> work) {
        jobs.add(new Job(pause, name, work));
        return this;
    }

    Upkeep start() {
        context.runOnContext(on -> jobs.forEach(Job::schedule));
        return this;
    }

    /** No job begins any more; completes when those at work have ended. */
    Future<Void> stop() {
        var stopped = Promise.<Void>promise();
        context.runOnContext(on -> Future.join(jobs.stream().map(Job::stop).toList())
                .<Void>mapEmpty()
                .onComplete(stopped));
        return stopped.future();
    }

    /** Its fields are touched on the context only. */
    private final class Job {
        private final Duration pause;
        private final String name;
        private final Supplier<Future<Void>> work;
        private Future<Void> running = Future.succeededFuture();
        private long timer;
        private boolean failing;
        private boolean stopped;

        Job(Duration pause, String name, Supplier<Future<Void>> work) {
            this.pause = pause;
            this.name = name;
            this.work = work;
        }

        void schedule() {
            if (!stopped) {
                timer = vertx.setTimer(pause.toMillis(), due -> run());
            }
        }

        private void run() {
            running = Future.succeededFuture().compose(now -> work.get()).transform(done -> {
                note(done.failed() ? done.cause() : null);
                schedule();
                return Future.succeededFuture();
            });
        }

        private void note(@Nullable Throwable failure) {
            if (failure != null && !failing) {
                LOG.warn("{} failed, to be repeated every {} s: {}", name, pause.toSeconds(), failure.getMessage());
            } else if (failure == null && failing) {
                LOG.info("{} works again", name);
            }
            failing = failure != null;
        }

        Future<Void> stop() {
            stopped = true;
            vertx.cancelTimer(timer);
            return running;
        }
    }
}
