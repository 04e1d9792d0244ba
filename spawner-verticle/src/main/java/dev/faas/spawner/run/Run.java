package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.ActivationStage;
import dev.faas.activation.Backoff;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.Reason;
import dev.faas.nats.Delivery;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SecretValues;
import dev.faas.spawner.engine.Termination;
import dev.faas.spawner.pool.PoolKey;
import dev.faas.spawner.pool.SandboxPool;
import dev.faas.spawner.run.Claims.Decision;
import dev.faas.wire.Capacity;
import dev.faas.wire.Codec.CodecException;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Executes one attempt: claims the activation of a delivered command, runs it in a sandbox, stores its output and next state,
 * settles the command. Runs on its own virtual thread and blocks throughout.
 *
 * <pre>
 *   claim ─▶ boot ─▶ run, output flowing ─▶ output stored ─▶ next state stored ─▶ command settled ─▶ sandbox removed
 *      lease ──────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>When the lease is lost, the sandbox is killed and the command is neither acknowledged nor handed back: it may belong to
 * another spawner by now. The state can still be written, because it is a compare-and-set.
 */
public final class Run {
    /**
     * What all runs of a spawner share.
     *
     * @param mayContinue false once the spawner stops without waiting any longer
     */
    public record RunContext(
            Bus bus,
            SandboxPool pool,
            SecretReader secrets,
            RunMeters meters,
            RunTiming timing,
            InstantSource clock,
            BooleanSupplier mayContinue) {
        /** What a run reads and writes in NATS. */
        public record Bus(
                ActivationEvents events, CommandQueue queue, Claims claims, StateWriter writer, OutputRoom room) {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Run.class);
    private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(10);
    private static final Duration STOP_GRACE = Duration.ofSeconds(2);
    private static final Duration UNREADABLE_DELAY = Duration.ofSeconds(30);
    /** Without a delay the command would come back to this spawner for as long as it pulls. */
    private static final Duration STOPPING_DELAY = Duration.ofSeconds(1);

    private static final Duration NO_ROOM_DELAY = Duration.ofSeconds(5);

    private final String id;
    private final Delivery delivery;
    private final RunContext context;
    private final Predicate<Capacity> mayUse;
    private final RunStop stop = new RunStop();
    /** Completes when this is no short run. */
    private final CompletableFuture<Void> lasting = new CompletableFuture<>();

    private volatile @Nullable Preparation preparation;

    /**
     * @param id of this run, unique
     * @param mayUse told what the run needs; false if that does not fit here
     */
    public Run(String id, Delivery delivery, RunContext context, Predicate<Capacity> mayUse) {
        this.id = id;
        this.delivery = delivery;
        this.context = context;
        this.mayUse = mayUse;
    }

    /** Present while the run waits for its sandbox. */
    Optional<Preparation> preparation() {
        return Optional.ofNullable(preparation);
    }

    /** Ends the run early, from another thread. The cause decides what happens to the activation. */
    void stop(RunStop.Cause cause) {
        stop.request(cause);
    }

    /** Returns the delay after which the command is back in the queue, if it is. */
    Optional<Duration> execute() throws InterruptedException {
        var queuedId = Subjects.activationIdOf(delivery.subject());
        ActivationStage.TAKEN.record(queuedId);
        try (var watch = new CancelWatch(context.bus().events(), queuedId, id, () -> stop(RunStop.Cause.CANCEL));
                var lease = Lease.start(
                        "lease-" + id,
                        () -> renewLease(watch),
                        context.timing(),
                        () -> lasting.complete(null),
                        this::leaseLost)) {
            var unused = lasting.thenRun(watch::start);
            return execute(
                    queuedId, new Settlement(delivery, lease, context.bus().queue(), context.clock()), lease);
        }
    }

    private CompletableFuture<Void> renewLease(CancelWatch watch) {
        watch.check();
        return delivery.keepAlive();
    }

    private void leaseLost() {
        stop(RunStop.Cause.LEASE_LOST);
    }

    private Optional<Duration> execute(String queuedId, Settlement settlement, Lease lease)
            throws InterruptedException {
        if (stop.cause().filter(RunStop.Cause.DRAIN::equals).isPresent()) {
            return settlement.handBack(STOPPING_DELAY);
        }
        try {
            return switch (context.bus().claims().claim(queuedId, delivery.deliveryCount(), id)) {
                case Decision.Claimed claimed -> attempt(claimed, settlement, lease);
                case Decision.Drop drop -> settlement.ack();
                case Decision.NotDueYet(var queued) -> settlement.requeue(queued);
                case Decision.LookAgain(var delay) -> settlement.handBack(delay);
            };
        } catch (CodecException e) {
            // Perhaps of a newer version, which another spawner can read.
            LOG.error("state unreadable subject={}", delivery.subject(), e);
            return settlement.handBack(UNREADABLE_DELAY);
        }
    }

    private Optional<Duration> attempt(Decision.Claimed claimed, Settlement settlement, Lease lease)
            throws InterruptedException {
        var activationId = claimed.running().id();
        ActivationStage.CLAIMED.record(activationId);
        // The thread is this run's own, so all its further log lines belong to that request.
        MDC.put("requestId", claimed.running().activation().requestId());
        MDC.put("activationId", activationId);
        LOG.debug("run started activation={} run={}", activationId, id);
        if (claimed.running().cancelRequested() != null) {
            stop(RunStop.Cause.CANCEL);
        }
        if (claimed.runSpec().isEmpty()) {
            return conclude(
                    claimed,
                    running -> fail(running, Reason.START_FAILED, "The activation's input is no longer stored.", null),
                    settlement,
                    lease);
        }
        var limits = claimed.runSpec().get().spec().limits();
        if (!mayUse.test(Capacity.of(limits))) {
            LOG.info("run handed back, it needs more than is free here activation={} run={}", activationId, id);
            return conclude(claimed, this::releaseUnstarted, settlement, lease, NO_ROOM_DELAY);
        }
        return conclude(claimed, runInSandbox(claimed, lease), settlement, lease);
    }

    /** Returns the transition to the next state. The sandbox is closed by then: storing the state may take as long as an outage. */
    private Function<Running, ActivationRecord> runInSandbox(Decision.Claimed claimed, Lease lease)
            throws InterruptedException {
        var key = EngineRequests.poolKey(claimed.running(), claimed.runSpec().orElseThrow());
        var waiting =
                new Preparation(key.spec(), claimed.snapshot(), context.bus().writer());
        long asked = System.nanoTime();
        try (var sandbox = boot(key, waiting)) {
            waiting.end();
            if (!stop.attachSandbox(sandbox)) {
                return this::releaseUnstarted;
            }
            var secrets = context.secrets()
                    .read(key.owner(), claimed.runSpec().orElseThrow().spec().secrets());
            return run(sandbox, claimed, secrets, lease, pullMs(key, asked));
        } catch (SandboxUnavailable e) {
            return withoutSandbox(e, pullMs(key, asked));
        }
    }

    private @Nullable Long pullMs(PoolKey key, long asked) {
        return context.pool().pullTime(key, asked).map(Duration::toMillis).orElse(null);
    }

    private Sandbox boot(PoolKey key, Preparation waiting) throws SandboxUnavailable, InterruptedException {
        preparation = waiting;
        stop.bootStarted(Thread.currentThread());
        try {
            return context.pool().take(key);
        } finally {
            stop.bootEnded();
            preparation = null;
        }
    }

    private Function<Running, ActivationRecord> withoutSandbox(SandboxUnavailable why, @Nullable Long pullMs) {
        return switch (why) {
            case SandboxUnavailable.ImageNotFound notFound ->
                running -> fail(running, Reason.IMAGE_NOT_FOUND, notFound.getMessage(), pullMs);
            case SandboxUnavailable.NotStartable notStartable ->
                running -> fail(running, Reason.START_FAILED, notStartable.getMessage(), pullMs);
            case SandboxUnavailable.NoRoom noRoom -> this::releaseUnstarted;
            case SandboxUnavailable.MemoryTooLow tooLow ->
                running -> fail(running, Reason.OUT_OF_MEMORY, tooLow.getMessage(), pullMs);
            // An interrupted boot may fail in any way.
            case SandboxUnavailable any when stop.cause().isPresent() -> this::releaseUnstarted;
            case SandboxUnavailable.ImagePullFailed pullFailed ->
                running -> fail(running, Reason.IMAGE_PULL_FAILED, pullFailed.getMessage(), pullMs);
            case SandboxUnavailable.BootFailed fault ->
                running -> running.handBack(Reason.START_FAILED, fault.getMessage(), now());
        };
    }

    /** Runs the command and returns the transition that its end leads to, whatever the state is by then. */
    private Function<Running, ActivationRecord> run(
            Sandbox sandbox, Decision.Claimed claimed, SecretValues secrets, Lease lease, @Nullable Long pullMs)
            throws InterruptedException {
        var runSpec = claimed.runSpec().orElseThrow();
        var claimedId = claimed.running().id();
        try (var output = new Output(claimedId, id, runSpec.spec().limits(), channel(claimedId), context.clock())) {
            var unused = lasting.thenRun(output::startPublishing);
            stop.attachOutput(output);
            var readOnlyHint = new ReadOnlyHint(output);
            var log = new LogMask(secrets, readOnlyHint);
            ActivationStage.SANDBOX_READY.record(claimedId);
            var requestedAt = now();
            var unmasked = sandbox.run(
                    EngineRequests.runRequest(
                            claimed.running(), runSpec, secrets, STOP_GRACE, requestedAt, lease.remaining()),
                    log);
            log.end();
            var outcome = log.mask(unmasked);
            var endedAt = now();
            if (outcome.termination() instanceof Termination.Lost(var detail)) {
                LOG.warn("command lost activation={} run={} cause={}", claimedId, id, detail);
                return running -> running.loseCommand(detail, endedAt);
            }
            if (outcome.termination() instanceof Termination.SandboxLost(var detail)) {
                LOG.warn("sandbox lost activation={} run={}", claimedId, id);
                return running -> running.loseSandbox(detail, endedAt, backoff(running));
            }
            if (stop.cause().filter(RunStop.Cause.LEASE_LOST::equals).isPresent()) {
                return running -> running.loseRun(endedAt);
            }
            var container = sandbox.describe();
            context.meters()
                    .recordStart(
                            Duration.between(
                                    claimed.running().claimedAt(),
                                    requestedAt.plusMillis(outcome.usage().startMs())),
                            container.sandbox());
            var summary = output.finish(OUTPUT_LIMIT);
            ActivationStage.OUTPUT_STORED.record(claimedId);
            var timing = new Reports.Timing(requestedAt, endedAt, pullMs);
            return running -> Reports.of(outcome, running, summary, readOnlyHint.hint(), container, timing)
                    .map(report -> running.finish(report, backoff(running)))
                    .orElseGet(() -> running.release(true, endedAt));
        }
    }

    private static Duration backoff(Running running) {
        var chance = ThreadLocalRandom.current().nextDouble();
        return Backoff.afterFailure(running.activation().retry(), running.attempt(), chance);
    }

    /** For a run that was stopped before its command started. */
    private ActivationRecord releaseUnstarted(Running running) {
        return running.release(false, now());
    }

    private ActivationRecord fail(Running running, Reason reason, String detail, @Nullable Long pullMs) {
        return running.finish(Reports.neverStarted(reason, detail, now(), pullMs), Duration.ZERO);
    }

    private Instant now() {
        return context.clock().instant();
    }

    private ChunkPublisher.Channel channel(String claimedId) {
        var bus = context.bus();
        return new ChunkPublisher.Channel() {
            @Override
            public CompletableFuture<Long> append(OutputChunk chunk, long expected) {
                return bus.events().appendOutput(claimedId, chunk, expected);
            }

            @Override
            public CompletableFuture<Optional<OutputEvent>> last() {
                return bus.events().lastOutput(claimedId);
            }

            @Override
            public boolean isFull() {
                return bus.room().isFull();
            }
        };
    }

    private Optional<Duration> conclude(
            Decision.Claimed claimed, Function<Running, ActivationRecord> next, Settlement settlement, Lease lease)
            throws InterruptedException {
        return conclude(claimed, next, settlement, lease, Duration.ZERO);
    }

    /** @param delay until the command is delivered again, if the next state is queued and due */
    private Optional<Duration> conclude(
            Decision.Claimed claimed,
            Function<Running, ActivationRecord> next,
            Settlement settlement,
            Lease lease,
            Duration delay)
            throws InterruptedException {
        var stored = context.bus().writer().conclude(claimed.snapshot(), next, context.mayContinue());
        ActivationStage.END_STORED.record(claimed.running().id());
        stored.ifPresent(context.meters()::recordEnd);
        if (!lease.isHeld()) {
            LOG.warn(
                    "run lost its lease activation={} run={}", claimed.running().id(), id);
            return Optional.empty();
        }
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        return switch (stored.get()) {
            case Ended ended -> settlement.ack();
            case Queued queued -> delay.isZero() ? settlement.requeue(queued) : settlement.handBack(delay);
            case Running running -> throw new IllegalStateException("a concluded run is still running: " + id);
        };
    }
}
