package dev.faas.spawner;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Order;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.Reason;
import dev.faas.activation.Report;
import dev.faas.activation.Snapshot;
import dev.faas.nats.BusException;
import dev.faas.nats.Delivery;
import dev.faas.spawner.Claims.Taken;
import dev.faas.wire.Codec.CodecException;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
 *   claim ─▶ boot ─▶ run, output flowing ─▶ output stored ─▶ end stored ─▶ ack ─▶ sandbox removed
 *      lease ──────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>When the lease is lost the sandbox is killed and the command neither acked nor handed back: it may be another's by now.
 * The state is a compare-and-set and stays safe to write.
 */
final class Run {
    /**
     * What every run of a spawner works with.
     *
     * @param goOn false once the spawner stops without waiting for anything more
     */
    record Means(
            ActivationEvents events,
            CommandQueue queue,
            Claims claims,
            StateWriter writer,
            ContainerEngine engine,
            SpawnerConfig.Timing timing,
            RunMeters meters,
            InstantSource clock,
            BooleanSupplier goOn) {}

    private static final Logger LOG = LoggerFactory.getLogger(Run.class);
    private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(10);
    private static final Duration STOP_GRACE = Duration.ofSeconds(2);
    private static final Duration FAULT_DELAY = Duration.ofMillis(250);
    private static final Duration LONGEST_FAULT_DELAY = Duration.ofSeconds(30);
    private static final Duration UNREADABLE_DELAY = Duration.ofSeconds(30);
    private static final Duration UNREACHABLE_DELAY = Duration.ofSeconds(1);
    private static final int ACK_TRIES = 3;

    private final String id;
    private final Delivery delivery;
    private final Means with;
    private final RunStop stop = new RunStop();
    private volatile @Nullable String activation;

    /** @param id of this run, unique */
    Run(String id, Delivery delivery, Means with) {
        this.id = id;
        this.delivery = delivery;
        this.with = with;
    }

    /** The activation that it has claimed. */
    Optional<String> activation() {
        return Optional.ofNullable(activation);
    }

    /** Ends it early, from another thread; what becomes of the activation depends on why. */
    void stop(RunStop.Cause cause) {
        stop.request(cause);
    }

    /** When to look at the function's queue again, beyond what the queue itself tells: the command comes back then. */
    Optional<Duration> execute() throws InterruptedException {
        var lease = Lease.keep("lease-" + id, delivery::keepAlive, with.timing(), () -> stop(RunStop.Cause.LEASE_LOST));
        try (lease) {
            return switch (with.claims().take(delivery, id)) {
                case Taken.Claimed claimed -> attempt(claimed, lease);
                case Taken.Done done -> ack(lease);
                case Taken.Later(var delay) -> handBack(lease, delay);
                case Taken.NotOurs notOurs -> Optional.empty();
            };
        } catch (BusException e) {
            LOG.warn("{}: not claimed: {}", delivery.subject(), e.getMessage());
            return handBack(lease, UNREACHABLE_DELAY);
        } catch (CodecException e) {
            // Perhaps of a newer version, which another spawner can read.
            LOG.error("{}: cannot be read", delivery.subject(), e);
            return handBack(lease, UNREADABLE_DELAY);
        }
    }

    private Optional<Duration> attempt(Taken.Claimed claimed, Lease lease) throws InterruptedException {
        activation = claimed.snapshot().record().id();
        // The thread is this run's own: all that is logged on it from here on is for that request.
        MDC.put("requestId", claimed.running().activation().requestId());
        LOG.debug("activation {}: run {} begins", activation, id);
        if (claimed.order().isEmpty()) {
            return refuse(claimed, lease, Reason.START_FAILED, "What it was to run is not known any more.");
        }
        var fault = "The spawner stopped before it could be started.";
        try (var sandbox = boot(claimed.order().get(), claimed.running())) {
            if (stop.mayRun(sandbox)) {
                var report = run(sandbox, claimed, lease);
                if (report.isPresent()) {
                    return finish(claimed.snapshot(), report.get(), lease);
                }
                fault = "The container engine lost it.";
            }
        } catch (SandboxUnavailable e) {
            switch (e) {
                case SandboxUnavailable.ImageNotFound gone -> {
                    return refuse(claimed, lease, Reason.IMAGE_NOT_FOUND, gone.getMessage());
                }
                case SandboxUnavailable.NotStartable mistaken -> {
                    return refuse(claimed, lease, Reason.START_FAILED, mistaken.getMessage());
                }
                case SandboxUnavailable.MemoryTooLow low -> {
                    return refuse(claimed, lease, Reason.OUT_OF_MEMORY, low.getMessage());
                }
                case SandboxUnavailable.ImagePullFailed failed
                when stop.cause().isEmpty() -> {
                    return refuse(claimed, lease, Reason.IMAGE_PULL_FAILED, failed.getMessage());
                }
                default -> fault = e.getMessage();
            }
        }
        return giveBack(claimed.snapshot(), fault, lease);
    }

    private Sandbox boot(Order order, Running running) throws SandboxUnavailable {
        var function = running.activation().function();
        stop.booting(Thread.currentThread());
        try {
            return with.engine().boot(Launch.spec(function, order.spec()));
        } finally {
            stop.booted();
        }
    }

    /** Empty when the command was stopped for our own reasons, or the engine lost it. */
    private Optional<Report> run(Sandbox sandbox, Taken.Claimed claimed, Lease lease) throws InterruptedException {
        var running = claimed.running();
        var order = claimed.order().orElseThrow();
        try (var output = new Output(id, order.spec().limits(), channel(running.id()), with.clock())) {
            stop.flowing(output);
            var asked = with.clock().instant();
            var outcome = sandbox.run(Launch.request(running, order, STOP_GRACE, asked, lease.remaining()), output);
            var ended = with.clock().instant();
            if (outcome.ending() instanceof Ending.Lost(var detail)) {
                LOG.warn("activation {}: run {} is lost: {}", running.id(), id, detail);
                return lost(running, detail, ended);
            }
            if (stop.cause().filter(RunStop.Cause.LEASE_LOST::equals).isPresent()) {
                return Optional.empty();
            }
            with.meters()
                    .started(Duration.between(
                            running.claimedAt(),
                            asked.plusMillis(outcome.usage().startMs())));
            var kept = output.end(OUTPUT_LIMIT);
            return Reports.of(outcome, running, kept, sandbox.imageDigest(), asked, ended);
        }
    }

    /** Nothing is known of the command: it may have run, which at-most-once does not allow to repeat. */
    private static Optional<Report> lost(Running running, String detail, Instant at) {
        return running.activation().delivery() == FunctionSpec.Delivery.AT_MOST_ONCE
                ? Optional.of(Reports.neverStarted(Reason.WORKER_LOST, detail, at))
                : Optional.empty();
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
        };
    }

    private Optional<Duration> refuse(Taken.Claimed claimed, Lease lease, Reason reason, String detail)
            throws InterruptedException {
        return finish(
                claimed.snapshot(),
                Reports.neverStarted(reason, detail, with.clock().instant()),
                lease);
    }

    private Optional<Duration> finish(Snapshot claimed, Report report, Lease lease) throws InterruptedException {
        var backoff = Duration.ofSeconds(claimed.record().activation().retry().backoffSeconds());
        return conclude(claimed, running -> running.finish(report, backoff), lease);
    }

    /** The platform's fault, or its end: the function's attempts stay as they were. */
    private Optional<Duration> giveBack(Snapshot claimed, String detail, Lease lease) throws InterruptedException {
        var now = with.clock().instant();
        return stop.cause().isPresent()
                ? conclude(claimed, running -> running.lose(now), lease)
                : conclude(claimed, running -> running.handBack(Reason.WORKER_LOST, detail, now), lease);
    }

    private Optional<Duration> conclude(Snapshot claimed, Function<Running, ActivationRecord> transition, Lease lease)
            throws InterruptedException {
        var next = with.writer().conclude(claimed, transition, with.goOn());
        next.ifPresent(with.meters()::concluded);
        if (!lease.held()) {
            LOG.warn(
                    "activation {}: run {} had lost its lease", claimed.record().id(), id);
            return Optional.empty();
        }
        if (next.isEmpty()) {
            return Optional.empty();
        }
        return switch (next.get()) {
            case Ended ended -> ack(lease);
            case Queued queued -> handBack(lease, delay(queued));
            case Running running -> throw new IllegalStateException("a run ends in no running state");
        };
    }

    private Duration delay(Queued queued) {
        if (queued.nextAttemptAt() != null) {
            var left = Duration.between(with.clock().instant(), queued.nextAttemptAt());
            return left.isNegative() ? Duration.ZERO : left;
        }
        if (stop.cause().isPresent()) {
            return Duration.ZERO;
        }
        var delay = FAULT_DELAY.multipliedBy(1L << Math.min(queued.platformFaults() - 1, 10));
        return delay.compareTo(LONGEST_FAULT_DELAY) < 0 ? delay : LONGEST_FAULT_DELAY;
    }

    private Optional<Duration> ack(Lease lease) throws InterruptedException {
        lease.close();
        for (int i = 0; i < ACK_TRIES && lease.held(); i++) {
            try {
                Answer.of(delivery.ack());
                return Optional.empty();
            } catch (BusException e) {
                LOG.debug("{}: not acknowledged yet: {}", delivery.subject(), e.getMessage());
            }
        }
        LOG.warn("{}: not acknowledged; it will come again and be found ended", delivery.subject());
        return Optional.empty();
    }

    private Optional<Duration> handBack(Lease lease, Duration delay) {
        lease.close();
        if (!lease.held()) {
            return Optional.empty();
        }
        var unused = delivery.handBack(delay).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("{}: not handed back; it will come again by itself", delivery.subject());
            } else if (delay.isZero()) {
                Subjects.queueKey(delivery.subject()).ifPresent(with.queue()::hint);
            }
        });
        return Optional.of(delay);
    }
}
