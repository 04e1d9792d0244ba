package dev.faas.auth.admission;

import dev.faas.http.client.ClientAddress;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Computes password hashes on its own worker threads, for one client address after the other, so that a client with many requests
 * delays another by one hash. The number of requests that hold a permit is bounded, so that a burst takes bounded memory and
 * time. Thread-safe.
 */
public final class HashQueue {
    /**
     * @param threads hashes computed at the same time, 19 MiB each
     * @param waiting requests that may wait beside them
     * @param perAddress permits of one client address
     */
    public record Limits(int threads, int waiting, int perAddress) {
        int permits() {
            return threads + waiting;
        }

        /** The last quarter is for addresses that have logged in lately. */
        int openToAll() {
            return Math.max(1, permits() - permits() / 4);
        }
    }

    public interface Known {
        Future<Boolean> isKnown(ClientAddress address);
    }

    public final class Permit {
        private final String client;

        private Permit(String client) {
            this.client = client;
        }

        /** Runs the job on a worker thread when it is this client's turn. */
        public <T> Future<T> compute(Callable<T> job) {
            var done = Promise.<T>promise();
            enqueue(
                    client,
                    () -> workers.executeBlocking(job, false)
                            .onComplete(computed -> onFinished())
                            .onComplete(done));
            return done.future();
        }
    }

    private static final int RETRY_AFTER_SECONDS = 1;

    private final WorkerExecutor workers;
    private final Limits limits;
    private final Known known;
    private final Map<String, Integer> permitsByClient = new HashMap<>();
    private int permits;
    /** Jobs by client; the first client is the next one, and goes to the end with each job. */
    private final Map<String, Queue<Runnable>> jobs = new LinkedHashMap<>();

    private int running;

    public HashQueue(Vertx vertx, Limits limits, Known known) {
        this.workers = vertx.createSharedWorkerExecutor("auth-passwords", limits.threads(), 30, TimeUnit.SECONDS);
        this.limits = limits;
        this.known = known;
    }

    /**
     * Does the work with a permit, which it keeps until the work is done. Fails with 429 {@code rate_limited} when the client has
     * all its permits, and with 503 {@code unavailable} when many clients have all permits.
     */
    public <T> Future<T> withPermit(ClientAddress address, Function<Permit, Future<T>> work) {
        var client = address.prefix();
        return take(client, limits.openToAll())
                .compose(taken -> taken
                        ? Future.succeededFuture(true)
                        : known.isKnown(address)
                                .compose(isKnown ->
                                        isKnown ? take(client, limits.permits()) : Future.succeededFuture(false)))
                .compose(taken -> {
                    if (!taken) {
                        return Future.failedFuture(overloaded().asException());
                    }
                    return Future.succeededFuture(new Permit(client))
                            .compose(work)
                            .onComplete(done -> giveBack(client));
                });
    }

    public Future<Void> close() {
        return workers.close();
    }

    /** False when the total would be above the maximum. */
    private synchronized Future<Boolean> take(String client, int most) {
        if (permitsByClient.getOrDefault(client, 0) >= limits.perAddress()) {
            return Future.failedFuture(Problem.rateLimited(
                            "Too many logins and registrations at once from your address. Try again in a second.",
                            RETRY_AFTER_SECONDS)
                    .asException());
        }
        if (permits >= most) {
            return Future.succeededFuture(false);
        }
        permits++;
        permitsByClient.merge(client, 1, Integer::sum);
        return Future.succeededFuture(true);
    }

    private synchronized void giveBack(String client) {
        permits--;
        permitsByClient.computeIfPresent(client, (same, count) -> count == 1 ? null : count - 1);
    }

    private synchronized void enqueue(String client, Runnable job) {
        jobs.computeIfAbsent(client, first -> new ArrayDeque<>()).add(job);
        startNext();
    }

    private synchronized void onFinished() {
        running--;
        startNext();
    }

    private void startNext() {
        while (running < limits.threads() && !jobs.isEmpty()) {
            var client = jobs.keySet().iterator().next();
            var own = jobs.remove(client);
            var job = own.remove();
            if (!own.isEmpty()) {
                jobs.put(client, own);
            }
            running++;
            job.run();
        }
    }

    private static Problem overloaded() {
        return Problem.unavailable(
                "Too many logins and registrations at once. Try again in a second.", RETRY_AFTER_SECONDS);
    }
}
