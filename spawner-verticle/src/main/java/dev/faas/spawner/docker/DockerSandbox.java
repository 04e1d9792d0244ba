package dev.faas.spawner.docker;

import dev.faas.activation.ActivationStage;
import dev.faas.activation.Report;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.init.InitClock;
import dev.faas.spawner.docker.init.InitSession;
import dev.faas.spawner.docker.init.Nonce;
import dev.faas.spawner.docker.init.RunFrame;
import dev.faas.spawner.docker.init.Trailer;
import dev.faas.spawner.engine.Outcome;
import dev.faas.spawner.engine.Outcome.Usage;
import dev.faas.spawner.engine.OutputSink;
import dev.faas.spawner.engine.RunRequest;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.Termination;
import dev.faas.wire.FunctionSpec.Mode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an activation in a started container, in which init waits for a run frame.
 *
 * <pre>
 *   run frame ─▶ command ─▶ output … trailer, trailer ─▶ outcome
 *   cancel    ─▶ stop frame ─▶ init sends SIGTERM, waits for the grace, sends SIGKILL; the same at the timeout
 *   connection ends without a trailer ─▶ ExitCause asks Docker why
 *   no trailer in time                ─▶ detach, and Docker kills the container
 * </pre>
 */
final class DockerSandbox implements Sandbox {

    private static final Logger log = LoggerFactory.getLogger(DockerSandbox.class);

    /** Added to timeout and grace, which init enforces. After that, init, the daemon or the sink does not work. */
    private static final Duration BACKSTOP = Duration.ofSeconds(3);

    /** Of all sandboxes: the warning is logged once. */
    private static final AtomicBoolean UNFILTERED_SEEN = new AtomicBoolean();

    private static final Duration RESET_LIMIT = Duration.ofSeconds(2);
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(1);

    /** Removes the container, within a limit; never throws. */
    @FunctionalInterface
    interface Removal {
        /** @param exitLimit how long to wait until the container exits by itself before it is killed */
        void remove(Duration exitLimit);
    }

    private final DockerCalls docker;
    private final String container;
    private final HardenedContainer hardened;
    private final InitSession session;
    private final Removal removal;
    private final AtomicBoolean hasRun = new AtomicBoolean();
    private volatile CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private volatile InitClock clock;
    private volatile Runnable killRun = () -> {};
    private volatile boolean dirty;
    private volatile @Nullable String diskFullDetail;

    /** @param clock of its init, which has sent READY */
    DockerSandbox(
            DockerCalls docker,
            String container,
            HardenedContainer hardened,
            InitSession session,
            InitClock clock,
            Removal removal) {
        this.docker = docker;
        this.container = container;
        this.hardened = hardened;
        this.session = session;
        this.clock = clock;
        this.removal = removal;
    }

    @Override
    public Report.Container describe() {
        return new Report.Container(
                hardened.image().digest().orElse(null),
                hardened.spec().mode(),
                hardened.fallback().orElse(null));
    }

    @Override
    public boolean isAlive() {
        return session.isAlive();
    }

    @Override
    public Outcome run(RunRequest request, OutputSink sink) {
        if (!hasRun.compareAndSet(false, true)) {
            throw new IllegalStateException("sandbox " + container + " has already run and was not reset");
        }
        if (cancelled.isDone()) {
            return new Outcome(new Termination.Cancelled(), Usage.NONE);
        }
        dirty = true; // until the trailer reports that it is not
        long called = System.nanoTime();
        var frame = new RunFrame(
                Nonce.random(),
                keepsContainer(),
                new RunFrame.Timing(clock.in(request.startWithin()), request.timeout(), request.grace()),
                RunFrame.SIGTERM,
                request.variables(),
                request.secrets(),
                hardened.spec().program().takesArgument() ? request.argument() : null);
        var ended = session.run(frame, sink, () -> ActivationStage.ARGUMENT_WRITTEN.record(request.activationId()));
        killRun = () -> session.stop(frame.nonce(), Duration.ZERO);
        var unused = cancelled.thenRun(() -> session.stop(frame.nonce(), request.grace()));
        try {
            var trailer = await(ended, request);
            ActivationStage.COMMAND_ENDED.record(request.activationId());
            warnIfUnfiltered(trailer);
            dirty = !trailer.cleanup().reusable() || !(trailer.end() instanceof Trailer.End.Exited);
            var total = Duration.ofNanos(System.nanoTime() - called);
            return withDiskFull(
                    TrailerVerdict.of(trailer, total, hardened.commandLine().getFirst()));
        } catch (TimeoutException e) {
            return killStuckRun(request);
        } catch (ExecutionException e) {
            return endedWithoutTrailer(String.valueOf(e.getCause().getMessage()), called);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome(new Termination.Lost("the spawner was interrupted during the run"), Usage.since(called));
        } finally {
            session.mute();
        }
    }

    private void warnIfUnfiltered(Trailer trailer) {
        if (!trailer.cleanup().filtered() && UNFILTERED_SEEN.compareAndSet(false, true)) {
            log.warn(
                    "system calls not filtered container={}. The kernel or the OCI runtime has no seccomp: a function can"
                            + " end its own container, and no container is reused.",
                    container);
        }
    }

    /**
     * The disk watch stops a run the same way as a cancellation: its reason counts unless the run was also cancelled.
     */
    private Outcome withDiskFull(Outcome outcome) {
        var detail = diskFullDetail;
        return detail != null && outcome.termination() instanceof Termination.Cancelled && !cancelled.isDone()
                ? new Outcome(new Termination.DiskFull(detail), outcome.usage())
                : outcome;
    }

    String container() {
        return container;
    }

    /** True if a command runs, or ran, that may write to the root. */
    boolean canWriteToDisk() {
        return hasRun.get()
                && hardened.spec().mode() != Mode.NESTED
                && !hardened.spec().readOnlyRoot();
    }

    /** Kills the run, which then ends as {@link Termination.DiskFull}. For other threads; returns at once. */
    void endAsDiskFull(String detail) {
        diskFullDetail = detail;
        killRun.run();
    }

    /** True if init has reset the sandbox and sent READY again. Never after a command that was killed. */
    @Override
    public boolean resetForReuse() {
        if (!keepsContainer() || dirty || !hasRun.get()) {
            return false;
        }
        try {
            clock = session.whenReady().get(RESET_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.debug("sandbox not reset container={}", container, e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        cancelled = new CompletableFuture<>();
        hasRun.set(false);
        return true;
    }

    private Trailer await(CompletableFuture<Trailer> ended, RunRequest request)
            throws InterruptedException, ExecutionException, TimeoutException {
        var afterStop = request.grace().plus(BACKSTOP);
        try {
            CompletableFuture.anyOf(ended, cancelled)
                    .get(request.timeout().plus(afterStop).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            return ended.get();
        }
        return ended.get(afterStop.toNanos(), TimeUnit.NANOSECONDS);
    }

    private Outcome killStuckRun(RunRequest request) {
        log.warn(
                "run did not stop in time, container killed activation={} container={}",
                request.activationId(),
                container);
        remove(Duration.ZERO);
        Termination termination = cancelled.isDone() ? new Termination.Cancelled() : new Termination.TimedOut();
        return new Outcome(termination, Usage.of(Duration.ZERO, request.timeout()));
    }

    /** The connection has ended: init is dead, or the daemon is away. */
    private Outcome endedWithoutTrailer(String fault, long called) {
        session.close();
        var termination = cancelled.isDone() ? new Termination.Cancelled() : ExitCause.ofRun(docker, container, fault);
        return new Outcome(termination, Usage.since(called));
    }

    @Override
    public void cancel() {
        cancelled.complete(null);
    }

    @Override
    public void close() {
        remove(session.isAlive() ? EXIT_LIMIT : Duration.ZERO);
    }

    /** Detaches first: an attach that is not read blocks the daemon's control of the container. */
    private void remove(Duration exitLimit) {
        session.close();
        removal.remove(exitLimit);
    }
}
