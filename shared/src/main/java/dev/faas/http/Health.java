package dev.faas.http;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checks the dependencies of a service. It is ready when every required dependency is up and it is not stopping. Dependencies are
 * checked at most twice a second, regardless of the number of requests. Thread-safe.
 */
public final class Health {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);
    private static final long FRESH_NANOS = Duration.ofMillis(500).toNanos();

    /** @param detail for operators, not for the public */
    record Status(String name, boolean required, boolean up, String detail) {}

    record Report(boolean ready, List<Status> dependencies) {}

    private record Check(String name, boolean required, Supplier<Future<?>> up) {}

    private record CachedReport(long atNanos, Future<Report> report) {}

    private final String service;
    private final List<Check> checks = new CopyOnWriteArrayList<>();
    private volatile boolean isStopping;
    private @Nullable CachedReport last;

    public Health(String service) {
        this.service = service;
    }

    public Health addRequired(String name, BooleanSupplier up) {
        return add(name, true, answering(up));
    }

    /** Up when the future succeeds within 2 s. */
    public Health addRequired(String name, Supplier<Future<?>> up) {
        return add(name, true, up);
    }

    /** A dependency that is reported, and not needed for being ready. */
    public Health addOptional(String name, BooleanSupplier up) {
        return add(name, false, answering(up));
    }

    /** Up when the future succeeds within 2 s. */
    public Health addOptional(String name, Supplier<Future<?>> up) {
        return add(name, false, up);
    }

    /** From now on not ready, so that load balancers use other instances while current requests end. */
    public void markStopping() {
        isStopping = true;
    }

    String service() {
        return service;
    }

    Future<Report> report() {
        return dependencies().map(report -> isStopping ? new Report(false, report.dependencies()) : report);
    }

    private synchronized Future<Report> dependencies() {
        var now = System.nanoTime();
        if (last == null || (now - last.atNanos() > FRESH_NANOS && last.report().isComplete())) {
            last = new CachedReport(now, ask());
        }
        return last.report();
    }

    private Future<Report> ask() {
        var answers = checks.stream().map(Health::ask).toList();
        return Future.all(answers).map(all -> {
            var statuses = answers.stream().map(Future::result).toList();
            return new Report(statuses.stream().allMatch(s -> s.up() || !s.required()), statuses);
        });
    }

    private static Future<Status> ask(Check check) {
        // Composed, so that a check that throws counts as down.
        return Future.succeededFuture()
                .<Object>compose(nothing -> check.up().get().mapEmpty())
                .timeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .map(up -> new Status(check.name(), check.required(), true, "up"))
                .otherwise(failure ->
                        new Status(check.name(), check.required(), false, String.valueOf(failure.getMessage())));
    }

    private Health add(String name, boolean required, Supplier<Future<?>> up) {
        checks.add(new Check(name, required, up));
        return this;
    }

    private static Supplier<Future<?>> answering(BooleanSupplier up) {
        return () -> up.getAsBoolean() ? Future.succeededFuture() : Future.failedFuture("down");
    }
}
