package dev.faas.bench.budget;

import dev.faas.bench.measure.BenchSetup;
import dev.faas.bench.measure.BlockedFunction;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.Table;
import dev.faas.bench.measure.TargetResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Counts what one submit, one reused and one isolated activation cost: messages, statements, context switches, processor time.
 * The difference of the counters before and after many of them, without what an idle platform uses in the same time. No client
 * waits for a result. An operation is over when the ledger has it; pruning comes later and is counted apart. Docker's processes
 * and containers are those of the whole machine.
 */
public final class BudgetScenario implements Scenario {
    private static final int CLIENTS = 16;
    private static final int WARM_UP = 10_000;
    private static final int SUBMITS = 8_000;
    private static final int REUSED = 2_000;
    private static final int ISOLATED = 30;
    private static final int TAPPED = 50;
    private static final Duration TAP_PAUSE = Duration.ofMillis(100);
    private static final Duration IDLE = Duration.ofSeconds(20);
    /** The processes of Postgres report what they have counted after up to 10 s. */
    private static final Duration SETTLE = Duration.ofSeconds(12);
    /** Longer than the reused runs and SETTLE, so that these are counted before they are pruned. */
    private static final String RETENTION = "20s";

    /** The reconciler looks at queued activations again and again, however they came. */
    private static final Map<String, String> SUBMITS_ONLY =
            Map.of(BlockedFunction.SLOTS, "1", "FAAS_RECONCILE_PAUSE", "1h");

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Override
    public String name() {
        return "budget";
    }

    @Override
    public Report measure(BenchSetup setup) throws Exception {
        var vertx = Vertx.vertx();
        try {
            var tables = new ArrayList<Table>();
            Usage submit;
            try (var platform = new Platform(setup, vertx, SUBMITS_ONLY)) {
                submit = platform.measureSubmits(setup.size().count().orElse(SUBMITS));
                tables.add(submit.table("a submit, which stays queued"));
            }
            try (var platform = new Platform(setup, vertx, Map.of("FAAS_EVENTS_RETENTION", RETENTION))) {
                return measureRuns(platform, setup.size().count().orElse(REUSED), submit, tables);
            }
        } finally {
            Client.await(vertx.close());
        }
    }

    private Report measureRuns(Platform platform, int count, Usage submit, List<Table> tables) throws Exception {
        var idle = platform.prepareRuns();
        var reused = platform.measure(idle, count, "reused");
        tables.add(reused.table("a reused activation"));
        var pruning = platform.measurePruning(idle, count);
        tables.add(pruning.table("… its pruning"));
        tables.add(platform.measure(idle, ISOLATED, "isolated").table("an isolated activation"));
        platform.awaitPruned();
        tables.add(platform.tapReused());
        return new Report(
                name(),
                "what one operation costs, idle use subtracted; each service is a process, " + CLIENTS
                        + " clients submit and do not wait",
                List.of(),
                List.of(
                        new Figure(
                                "messages a reused activation, its pruning included",
                                reused.messages() + pruning.messages(),
                                ""),
                        new Figure(
                                "processor time a reused activation, its pruning included",
                                reused.processorMs() + pruning.processorMs(),
                                "ms")),
                tables,
                List.of(
                        TargetResult.atMost("P16", "messages a reused activation", 10, reused.messages(), "in and out"),
                        TargetResult.atMost("P16", "context switches a submit", 8, submit.switches(), ""),
                        TargetResult.atMost(
                                "P17", "processor time a reused activation", 1.7, reused.processorMs(), "ms"),
                        TargetResult.atMost("P17", "processor time a submit", 0.17, submit.processorMs(), "ms")));
    }

    /** A platform, one user, and the counters. */
    private static final class Platform implements AutoCloseable {
        private final ServiceProcesses services;
        private final ScenarioContext context;
        private final Client user;
        private final Statements statements;

        Platform(BenchSetup setup, Vertx vertx, Map<String, String> settings) throws Exception {
            services = ServiceProcesses.start(settings);
            boolean complete = false;
            try {
                context = new ScenarioContext(vertx, services, setup.image(), setup.size());
                user = context.registerUser();
                statements = Statements.open(vertx, services.postgres());
                complete = true;
            } finally {
                if (!complete) {
                    services.close();
                }
            }
        }

        Usage measureSubmits(int count) throws Exception {
            var blocked = BlockedFunction.create(user, context.image());
            submit(WARM_UP, i -> blocked.submit());
            awaitLedger(false, 1 + WARM_UP);
            var idle = measureIdle();
            var before = read();
            submit(count, i -> blocked.submit());
            awaitLedger(false, 1 + WARM_UP + count);
            return read().since(before).perOperation(count, idle);
        }

        /** What the platform uses while it is idle, after it has run for a while. */
        Usage prepareRuns() throws Exception {
            for (var mode : List.of("reused", "isolated")) {
                user.createFunction(Map.of("name", mode, "image", context.image(), "mode", mode, "concurrency", 100));
            }
            submit(WARM_UP, i -> user.submit("reused", "?wait=60", "x"));
            awaitLedger(true, WARM_UP);
            awaitPruned();
            return measureIdle();
        }

        Usage measure(Usage idle, int count, String function) throws Exception {
            var before = read();
            long ended = statements.activations(true);
            submit(count, i -> user.submit(function, "", "x"));
            awaitLedger(true, ended + count);
            return read().since(before).perOperation(count, idle);
        }

        Usage measurePruning(Usage idle, int count) throws Exception {
            var before = read();
            awaitPruned();
            return read().since(before).perOperation(count, idle);
        }

        Table tapReused() throws Exception {
            try (var tap = new BusTap(services.nats().port())) {
                long begin = System.nanoTime();
                Thread.sleep(IDLE);
                double idleNanos = System.nanoTime() - begin;
                var idle = tap.counts();
                long ended = statements.activations(true);
                for (int i = 0; i < TAPPED; i++) {
                    Client.await(user.submit("reused", "", "x"));
                    Thread.sleep(TAP_PAUSE);
                }
                awaitLedger(true, ended + TAPPED);
                awaitPruned();
                double times = (System.nanoTime() - begin - idleNanos) / idleNanos;
                return tap.counts().table(idle, times, TAPPED);
            }
        }

        private Usage measureIdle() throws Exception {
            var before = read();
            Thread.sleep(IDLE);
            return read().since(before);
        }

        private Usage read() throws Exception {
            return Usage.read(services, statements);
        }

        private static void submit(int count, IntFunction<Future<?>> request) throws Exception {
            ClosedLoop.run(CLIENTS, count, LIMIT, request);
        }

        private void awaitLedger(boolean ended, long count) throws Exception {
            await(() -> statements.activations(ended) >= count);
        }

        void awaitPruned() throws Exception {
            await(() -> statements.unpruned() == 0);
        }

        private interface Condition {
            boolean holds() throws Exception;
        }

        /** And until the counters are complete. */
        private static void await(Condition condition) throws Exception {
            long until = System.nanoTime() + LIMIT.toNanos();
            while (!condition.holds()) {
                if (System.nanoTime() > until) {
                    throw new IOException("the platform has not finished its work after " + LIMIT.toSeconds() + " s");
                }
                Thread.sleep(POLL);
            }
            Thread.sleep(SETTLE);
        }

        @Override
        public void close() throws IOException {
            user.close();
            statements.close();
            services.close();
        }
    }
}
