package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Reason;
import dev.faas.activation.Report;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.spawner.run.Claims;
import dev.faas.spawner.run.Claims.Decision;
import dev.faas.spawner.run.StateWriter;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.Delivery;
import dev.faas.wire.FunctionSpec.Retry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Plays one activation's life with all actors that touch it, and checks what must never happen. */
final class ModelWorld {
    /** Faults and other interfering events. */
    enum Mishap {
        KILLED,
        CUT_OFF,
        REDELIVERED,
        CONSUMER_DELETED,
        CANCELLED,
        REGISTRY_KILLED,
        PRUNED
    }

    private static final String ID = "06b7gd98g07rk4q3v8x2m5n9ta";
    private static final Instant BEGIN = Instant.parse("2026-11-24T10:00:00Z");
    private static final int WILD_STEPS = 120;
    private static final int TAME_STEPS = 4_000;

    /** A run that a spawner has started. */
    private static final class Attempt {
        final String runId;
        final Worker worker;
        boolean leaseLost;
        boolean containerAlive;

        Attempt(String runId, Worker worker) {
            this.runId = runId;
            this.worker = worker;
        }
    }

    private final long seed;
    private final Interleaving world;
    private final ModelBus bus;
    private final Activation activation;
    private final Map<Mishap, Integer> mishaps = new EnumMap<>(Mishap.class);
    private final List<Attempt> processes = new ArrayList<>();
    private final Set<Worker> dead = new HashSet<>();
    private final int[] incarnations = {1, 1};
    private Instant now = BEGIN;
    private int runs;
    private final ModelServices services;
    private int registries;
    private int starts;
    private boolean tame;
    private boolean cancelling;
    private @Nullable Attempt holder;

    ModelWorld(long seed, Delivery delivery) {
        this.seed = seed;
        world = new Interleaving(seed);
        bus = new ModelBus(world, new RunSpec(FunctionSpec.of("f", "image"), ""));
        var retry = new Retry(1 + world.random.nextInt(3), world.random.nextInt(3), Retry.DEFAULT.on());
        activation = new Activation(
                ID,
                "usr_06b7gd98g07rk4q3v8x2m5n9tb",
                new FunctionKey("fn_06b7gd98g07rk4q3v8x2m5n9tc", "f", 1),
                "image",
                delivery,
                60,
                retry,
                BEGIN,
                BEGIN.plusSeconds(world.chance(0.2) ? 20 : 100_000),
                Map.of(),
                "request-1",
                null);
        services = new ModelServices(bus, ID, () -> now, dead::contains, this::isMissing);
    }

    Map<Mishap, Integer> mishaps() {
        return mishaps;
    }

    /** Plays to the end and returns how it ended. Fails with the list of events when a rule is broken. */
    Status play() {
        try {
            world.start("gateway", "gateway", this::accept);
            bus.lostAnswers = 0.05;
            for (int i = 0; i < WILD_STEPS; i++) {
                mischief();
                progress();
                world.once();
            }
            tame = true;
            bus.lostAnswers = 0;
            for (int i = 0; i < TAME_STEPS && !over(); i++) {
                progress();
                world.once();
                if (world.alive() == 0) {
                    now = now.plusSeconds(5);
                }
            }
            assertThat(over()).as("it ends, and its command goes").isTrue();
            ModelRules.check(activation, bus.history(), starts, cancelling, now);
            return last().orElseThrow().currentStatus();
        } catch (AssertionError e) {
            throw new AssertionError("story " + seed + " of " + activation.delivery() + ":\n" + world.story(), e);
        }
    }

    private Optional<ActivationRecord> last() {
        return bus.history().isEmpty()
                ? Optional.empty()
                : Optional.of(bus.history().getLast());
    }

    private boolean over() {
        return last().filter(Ended.class::isInstance).isPresent() && !bus.queued() && world.alive() == 0;
    }

    private void accept() {
        var unused = bus.append(ActivationRecord.accept(activation, new RunSpec(FunctionSpec.of("f", "image"), "")), 0);
        bus.put();
    }

    // ---- faults

    private void mischief() {
        now = now.plusMillis(world.random.nextInt(800));
        if (world.chance(0.02)) {
            happened(Mishap.KILLED);
            kill(world.random.nextInt(incarnations.length));
        }
        if (world.chance(0.02)) {
            var victim = worker(world.random.nextInt(incarnations.length));
            happened(Mishap.CUT_OFF);
            world.note(victim + " is cut off: others take it for dead, and its leases are lost");
            dead.add(victim);
            ofWorker(victim).forEach(ModelWorld::loseLease);
            incarnations[victim.spawner().equals("s0") ? 0 : 1]++;
        }
        if (world.chance(0.02) && !cancelling) {
            cancelling = true;
            happened(Mishap.CANCELLED);
            world.start("canceller", "gateway", services::cancel);
        }
        if (world.chance(0.01)) {
            happened(Mishap.REGISTRY_KILLED);
            world.crash("registry");
        }
        if (world.chance(0.2) && bus.mayPrune()) {
            happened(Mishap.PRUNED);
            world.note("pruned");
            bus.prune();
        }
    }

    private void happened(Mishap mishap) {
        mishaps.merge(mishap, 1, Integer::sum);
    }

    private Worker worker(int spawner) {
        return new Worker("s" + spawner, Integer.toString(incarnations[spawner]));
    }

    private List<Attempt> ofWorker(Worker worker) {
        return processes.stream().filter(p -> p.worker.equals(worker)).toList();
    }

    private void kill(int spawner) {
        var victim = worker(spawner);
        world.crash(victim.toString());
        dead.add(victim);
        // Init exits when the connection to its spawner closes.
        ofWorker(victim).forEach(p -> p.containerAlive = false);
        ofWorker(victim).forEach(p -> p.leaseLost = true);
        incarnations[spawner]++;
    }

    private static void loseLease(Attempt process) {
        process.leaseLost = true;
        process.containerAlive = false;
    }

    // ---- regular work

    private void progress() {
        if (bus.queued() && mayBeGivenOut() && world.chance(0.3)) {
            deliver();
        }
        if (world.chance(0.1) && registries < 3) {
            registries++;
            switch (world.random.nextInt(4)) {
                case 0 -> world.start("retrier", "registry", () -> registry(services::retry));
                case 1 -> world.start("requeue", "registry", () -> registry(services::requeue));
                case 2 -> world.start("lost runs", "registry", () -> registry(services::loseRuns));
                default -> world.start("expiry", "registry", () -> registry(services::expire));
            }
        }
    }

    /** Not delivered, or delivered to a run that has not renewed it for longer than its lease. */
    private boolean mayBeGivenOut() {
        if (holder == null || holder.leaseLost) {
            return true;
        }
        if (!tame && world.chance(0.01)) {
            happened(Mishap.REDELIVERED);
            world.note("no renewal by " + holder.runId + " for ack_wait, which is longer than its lease");
            loseLease(holder);
            return true;
        }
        if (!tame && world.chance(0.01)) {
            happened(Mishap.CONSUMER_DELETED);
            world.note("the consumer is recreated, and delivers running commands again");
            return true;
        }
        return false;
    }

    private void deliver() {
        int spawner = world.random.nextInt(incarnations.length);
        var process = new Attempt("run-" + ++runs, worker(spawner));
        processes.add(process);
        holder = process;
        long command = bus.deliver();
        world.start(process.runId, process.worker.toString(), () -> {
            try {
                run(process, command);
            } finally {
                process.containerAlive = false;
                processes.remove(process);
                if (holder == process) {
                    holder = null;
                }
            }
        });
    }

    private void run(Attempt process, long command) throws InterruptedException {
        var writer = new StateWriter(bus, 1, Duration.ZERO);
        var claims = new Claims(
                bus,
                writer,
                process.worker,
                dead::contains,
                this::isMissing,
                function -> FunctionPauses.NONE,
                () -> true,
                () -> now);
        switch (claims.claim(ID, bus.deliveries(), process.runId)) {
            case Decision.Claimed claimed -> attempt(process, claimed, writer, command);
            case Decision.Drop done -> settle(process, () -> bus.ack(command));
            case Decision.NotDueYet(var queued) ->
                settle(process, () -> {
                    bus.park(queued);
                    bus.ack(command);
                });
            case Decision.LookAgain later -> world.step("hands back");
        }
    }

    /** Asks the spawner of a run; the answer may be lost, which means no. */
    private CompletableFuture<Boolean> isMissing(Running running) {
        world.step("asks for " + running.runId());
        return CompletableFuture.completedFuture(
                !world.chance(bus.lostAnswers) && processes.stream().noneMatch(p -> p.runId.equals(running.runId())));
    }

    private static void settle(Attempt process, Runnable how) {
        if (!process.leaseLost) {
            how.run();
        }
    }

    private void attempt(Attempt process, Decision.Claimed claimed, StateWriter writer, long command)
            throws InterruptedException {
        world.step("boots");
        var next = claimed.running().cancelRequested() != null ? released(false) : outcome(process);
        var stored = writer.conclude(claimed.snapshot(), next, () -> true);
        if (stored.isPresent()
                && stored.get() instanceof Queued queued
                && queued.remainingWait(now).isPositive()) {
            settle(process, () -> {
                bus.park(queued);
                bus.ack(command);
            });
        } else if (stored.isPresent() && stored.get() instanceof Ended) {
            settle(process, () -> bus.ack(command));
        }
    }

    private Function<Running, ActivationRecord> outcome(Attempt process) {
        if (world.chance(0.1)) {
            return running -> running.handBack(Reason.START_FAILED, "no boot", now);
        }
        // The frame tells init until when it may start the command: before the lease can pass to another run.
        if (process.leaseLost) {
            return running -> running.loseRun(now);
        }
        starts++;
        world.note("  " + process.runId + " starts its container");
        process.containerAlive = true;
        assertThat(processes.stream().filter(p -> p.containerAlive))
                .as("containers at once")
                .hasSize(1);
        world.step("runs");
        process.containerAlive = false;
        if (process.leaseLost) {
            return running -> running.loseRun(now);
        }
        double how = world.random.nextDouble();
        var ended = now;
        if (how < 0.1) {
            return running -> running.loseCommand("engine", ended);
        }
        if (how < 0.2) {
            return released(true);
        }
        var report = how < 0.6 ? failed(ended) : succeeded(ended);
        return running ->
                running.finish(report, Duration.ofSeconds(activation.retry().backoffSeconds()));
    }

    private Function<Running, ActivationRecord> released(boolean begun) {
        return running -> running.release(begun, now);
    }

    private static Report failed(Instant at) {
        return Report.withoutOutcome(Status.FAILED, Reason.EXIT_CODE, "1", at);
    }

    private static Report succeeded(Instant at) {
        return new Report(
                Report.Exit.succeeded(),
                Report.Usage.neverStarted(at, null),
                Report.Output.NONE,
                Report.Container.NONE);
    }

    private void registry(Interleaving.Play play) throws InterruptedException {
        try {
            play.act();
        } finally {
            registries--;
        }
    }
}
