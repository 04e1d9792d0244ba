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
import dev.faas.activation.RunSpec;
import dev.faas.nats.BusException;
import dev.faas.nats.Delivery;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.Termination;
import dev.faas.spawner.pool.SandboxPool;
import dev.faas.spawner.run.Claims.Decision;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One delivered command, from the look at its activation to the end of this attempt. Runs on its own virtual thread;
 * blocking throughout.
 *
 * <pre>
 *   claim ─▶ boot ─▶ run, output flowing ─▶ output stored ─▶ next state stored ─▶ command settled ─▶ sandbox removed
 *      lease ──────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>When the lease is lost the sandbox is killed and the command neither acked nor handed back: it may be another's by now.
 * The state is a compare-and-set and stays safe to write.
 */
public final class Run {
    /**
     * What every run of a spawner works with.
     *
     * @param goOn false once the spawner stops without waiting for anything more
     */
    public record RunContext(
            ActivationEvents events,
            CommandQueue queue,
            Claims claims,
            StateWriter writer,
            SandboxPool pool,
            OutputRoom room,
            RunTiming timing,
            RunMeters meters,
            InstantSource clock,
            BooleanSupplier goOn) {}

    private static final Logger LOG = LoggerFactory.getLogger(Run.class);
    private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(10);
    private static final Duration STOP_GRACE = Duration.ofSeconds(2);
    private static final Duration UNREADABLE_DELAY = Duration.ofSeconds(30);
    private static final Duration UNREACHABLE_DELAY = Duration.ofSeconds(1);
    /** The command would come back to this spawner for as long as it asks for work. */
    private static final Duration STOPPING_DELAY = Duration.ofSeconds(1);

    private final String id;
    private final Delivery delivery;
    private final RunContext with;
    private final RunStop stop = new RunStop();
    private volatile @Nullable String activationId;
    private volatile @Nullable Preparation preparation;

    /** @param id of this run, unique */
    public Run(String id, Delivery delivery, RunContext with) {
        this.id = id;
        this.delivery = delivery;
        this.with = with;
    }

    /** The activation that it has claimed. */
    Optional<String> activationId() {
        return Optional.ofNullable(activationId);
    }

    /** While it waits for its sandbox. */
    Optional<Preparation> preparation() {
        return Optional.ofNullable(preparation);
    }

    /** Ends it early, from another thread; what becomes of the activation depends on why. */
    void stop(RunStop.Cause cause) {
        stop.request(cause);
    }

    /** When to look at the function's queue again, beyond what the queue itself tells: the command comes back then. */
    Optional<Duration> execute() throws InterruptedException {
        var named = Subjects.queued(delivery.subject());
        ActivationStage.TAKEN.reached(named);
        // From before the claim on: with the claim it can be asked to be cancelled.
        try (var watch = new CancelWatch(with.events(), named, id, () -> stop(RunStop.Cause.CANCEL));
                var lease = Lease.start("lease-" + id, () -> signOfLife(watch), with.timing(), this::leaseLost)) {
            return execute(named, new Settlement(delivery, lease, with.queue(), with.clock()), lease);
        }
    }

    private CompletableFuture<Void> signOfLife(CancelWatch watch) {
        watch.check();
        return delivery.keepAlive();
    }

    private void leaseLost() {
        stop(RunStop.Cause.LEASE_LOST);
    }

    private Optional<Duration> execute(String named, Settlement settlement, Lease lease) throws InterruptedException {
        if (stop.cause().filter(RunStop.Cause.DRAIN::equals).isPresent()) {
            return settlement.handBack(STOPPING_DELAY);
        }
        try {
            return switch (with.claims().claim(named, delivery.deliveries(), id)) {
                case Decision.Claimed claimed -> attempt(claimed, settlement, lease);
                case Decision.Drop done -> settlement.ack();
                case Decision.NotDueYet(var queued) -> settlement.requeue(queued);
                case Decision.LookAgain(var delay) -> settlement.handBack(delay);
            };
        } catch (BusException e) {
            LOG.warn("{}: not claimed: {}", delivery.subject(), e.getMessage());
            return settlement.handBack(UNREACHABLE_DELAY);
        } catch (CodecException e) {
            // Perhaps of a newer version, which another spawner can read.
            LOG.error("{}: cannot be read", delivery.subject(), e);
            return settlement.handBack(UNREADABLE_DELAY);
        }
    }

    private Optional<Duration> attempt(Decision.Claimed claimed, Settlement settlement, Lease lease)
            throws InterruptedException {
        activationId = claimed.running().id();
        ActivationStage.CLAIMED.reached(activationId);
        // The thread is this run's own: all that is logged on it from here on is for that request.
        MDC.put("requestId", claimed.running().activation().requestId());
        LOG.debug("activation {}: run {} begins", activationId, id);
        if (claimed.running().cancelRequested() != null) {
            stop(RunStop.Cause.CANCEL);
        }
        if (claimed.runSpec().isEmpty()) {
            return conclude(
                    claimed,
                    running -> refused(running, Reason.START_FAILED, "What it was to run is not known any more."),
                    settlement,
                    lease);
        }
        return conclude(claimed, outcome(claimed, lease), settlement, lease);
    }

    /** What follows from its run. The sandbox has been given up by then: storing the state may take as long as the bus is away. */
    private Function<Running, ActivationRecord> outcome(Decision.Claimed claimed, Lease lease)
            throws InterruptedException {
        try (var sandbox = boot(claimed.runSpec().orElseThrow(), claimed)) {
            return stop.attachSandbox(sandbox) ? run(sandbox, claimed, lease) : this::stopped;
        } catch (SandboxUnavailable e) {
            return unavailable(e);
        }
    }

    private Sandbox boot(RunSpec order, Decision.Claimed claimed) throws SandboxUnavailable, InterruptedException {
        var key = EngineRequests.key(claimed.running(), order);
        var waits = new Preparation(key.spec(), claimed.snapshot(), with.writer());
        preparation = waits;
        Sandbox sandbox;
        stop.bootStarted(Thread.currentThread());
        try {
            sandbox = with.pool().take(key);
        } finally {
            stop.bootEnded();
            preparation = null;
        }
        waits.end();
        return sandbox;
    }

    private Function<Running, ActivationRecord> unavailable(SandboxUnavailable why) {
        return switch (why) {
            case SandboxUnavailable.ImageNotFound gone ->
                running -> refused(running, Reason.IMAGE_NOT_FOUND, gone.getMessage());
            case SandboxUnavailable.NotStartable mistaken ->
                running -> refused(running, Reason.START_FAILED, mistaken.getMessage());
            case SandboxUnavailable.MemoryTooLow low ->
                running -> refused(running, Reason.OUT_OF_MEMORY, low.getMessage());
            // A boot that was interrupted fails in whichever way.
            case SandboxUnavailable any when stop.cause().isPresent() -> this::stopped;
            case SandboxUnavailable.ImagePullFailed failed ->
                running -> refused(running, Reason.IMAGE_PULL_FAILED, failed.getMessage());
            case SandboxUnavailable.BootFailed fault ->
                running -> running.handBack(Reason.START_FAILED, fault.getMessage(), now());
        };
    }

    /** Lets it run, and says what follows from how it ended, whatever has become of the state meanwhile. */
    private Function<Running, ActivationRecord> run(Sandbox sandbox, Decision.Claimed claimed, Lease lease)
            throws InterruptedException {
        var order = claimed.runSpec().orElseThrow();
        var activationId = claimed.running().id();
        try (var output = new Output(activationId, id, order.spec().limits(), channel(activationId), with.clock())) {
            stop.attachOutput(output);
            var listened = new ReadOnlyHint(output);
            ActivationStage.PLACED.reached(activationId);
            var asked = now();
            var outcome = sandbox.run(
                    EngineRequests.request(claimed.running(), order, STOP_GRACE, asked, lease.remaining()), listened);
            var ended = now();
            if (outcome.termination() instanceof Termination.Lost(var detail)) {
                LOG.warn("activation {}: run {} is lost: {}", activationId, id, detail);
                return running -> running.loseCommand(detail, ended);
            }
            if (stop.cause().filter(RunStop.Cause.LEASE_LOST::equals).isPresent()) {
                return running -> running.lose(ended);
            }
            with.meters()
                    .started(Duration.between(
                            claimed.running().claimedAt(),
                            asked.plusMillis(outcome.usage().startMs())));
            var kept = output.finish(OUTPUT_LIMIT);
            ActivationStage.OUTPUT_STORED.reached(activationId);
            var digest = sandbox.imageDigest();
            return running -> Reports.of(outcome, running, kept, listened.hint(), digest, asked, ended)
                    .map(report -> running.finish(report, backoff(running)))
                    .orElseGet(() -> running.release(true, ended));
        }
    }

    private static Duration backoff(Running running) {
        var chance = ThreadLocalRandom.current().nextDouble();
        return Backoff.after(running.activation().retry(), running.attempt(), chance);
    }

    /** Stopped from outside before its command was started. */
    private ActivationRecord stopped(Running running) {
        return running.release(false, now());
    }

    private ActivationRecord refused(Running running, Reason reason, String detail) {
        return running.finish(Reports.neverStarted(reason, detail, now()), Duration.ZERO);
    }

    private Instant now() {
        return with.clock().instant();
    }

    private ChunkPublisher.Channel channel(String activationId) {
        return new ChunkPublisher.Channel() {
            @Override
            public CompletableFuture<Long> append(OutputChunk chunk, long expected) {
                return with.events().appendOutput(activationId, chunk, expected);
            }

            @Override
            public CompletableFuture<Optional<OutputEvent>> last() {
                return with.events().lastOutput(activationId);
            }

            @Override
            public boolean isFull() {
                return with.room().isFull();
            }
        };
    }

    private Optional<Duration> conclude(
            Decision.Claimed claimed, Function<Running, ActivationRecord> next, Settlement settlement, Lease lease)
            throws InterruptedException {
        var stored = with.writer().conclude(claimed.snapshot(), next, with.goOn());
        ActivationStage.END_STORED.reached(claimed.running().id());
        stored.ifPresent(with.meters()::concluded);
        if (!lease.isHeld()) {
            LOG.warn(
                    "activation {}: run {} had lost its lease",
                    claimed.running().id(),
                    id);
            return Optional.empty();
        }
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        return switch (stored.get()) {
            case Ended ended -> settlement.ack();
            case Queued queued -> settlement.requeue(queued);
            case Running running -> throw new IllegalStateException("a run ends in no running state");
        };
    }
}
