package dev.faas.spawner.docker;

import dev.faas.activation.ActivationStage;
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
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One started container, in which init waits for an argument.
 *
 * <pre>
 *   frame ─▶ command ─▶ output … trailer, trailer ─▶ outcome
 *   cancel ─▶ stop frame ─▶ SIGTERM, grace, SIGKILL: init's doing, as is the timeout
 *   no trailer at all ─▶ what Docker knows of the container's end
 *   nothing in time   ─▶ detach, and kill by Docker
 * </pre>
 */
final class DockerSandbox implements Sandbox {

    private static final Logger log = LoggerFactory.getLogger(DockerSandbox.class);

    /** Init keeps timeout and grace itself. If it does not, something is wrong with it, the daemon or the sink. */
    private static final Duration BACKSTOP = Duration.ofSeconds(3);

    private static final Duration RESET = Duration.ofSeconds(2);
    private static final Duration ENDS_BY_ITSELF = Duration.ofSeconds(1);

    /** Of the container, within a limit and whatever happens. */
    @FunctionalInterface
    interface Removal {
        /** @param patience how long it may take to end by itself before it is killed */
        void remove(Duration patience);
    }

    private final DockerCalls docker;
    private final String container;
    private final ContainerPlan plan;
    private final InitSession session;
    private final Removal removal;
    private final AtomicBoolean used = new AtomicBoolean();
    private volatile CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private volatile InitClock clock;
    private volatile Runnable stop = () -> {};
    private volatile boolean soiled;
    private volatile @Nullable String exhausted;

    /**
     * @param clock of its init, which is ready
     */
    DockerSandbox(
            DockerCalls docker,
            String container,
            ContainerPlan plan,
            InitSession session,
            InitClock clock,
            Removal removal) {
        this.docker = docker;
        this.container = container;
        this.plan = plan;
        this.session = session;
        this.clock = clock;
        this.removal = removal;
    }

    @Override
    public Optional<String> imageDigest() {
        return plan.image().digest();
    }

    @Override
    public boolean isAlive() {
        return session.alive();
    }

    @Override
    public Outcome run(RunRequest request, OutputSink sink) {
        if (!used.compareAndSet(false, true)) {
            throw new IllegalStateException("a sandbox runs once");
        }
        if (cancelled.isDone()) {
            return new Outcome(new Termination.Cancelled(), Usage.NONE);
        }
        soiled = true; // until its trailer says otherwise
        long called = System.nanoTime();
        var frame = new RunFrame(
                Nonce.random(),
                plan.spec().reused(),
                clock.in(request.startWithin()),
                request.timeout(),
                request.grace(),
                RunFrame.SIGTERM,
                request.variables(),
                request.argument());
        var ended = session.run(frame, sink, () -> ActivationStage.ARGUMENT_WRITTEN.record(request.activationId()));
        stop = () -> session.stop(frame.nonce(), Duration.ZERO);
        var unused = cancelled.thenRun(() -> session.stop(frame.nonce(), request.grace()));
        try {
            var trailer = await(ended, request);
            ActivationStage.COMMAND_ENDED.record(request.activationId());
            soiled = !trailer.reusable() || !(trailer.end() instanceof Trailer.End.Exited);
            var total = Duration.ofNanos(System.nanoTime() - called);
            return blamed(TrailerVerdict.of(trailer, total, plan.commandLine().getFirst()));
        } catch (TimeoutException e) {
            return forced(request);
        } catch (ExecutionException e) {
            return unheard(String.valueOf(e.getCause().getMessage()), called);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome(new Termination.Lost("interrupted during the run"), Usage.since(called));
        } finally {
            session.mute();
        }
    }

    /** What looks like a cancellation was one only when somebody asked for it. */
    private Outcome blamed(Outcome outcome) {
        var detail = exhausted;
        return detail != null && outcome.termination() instanceof Termination.Cancelled && !cancelled.isDone()
                ? new Outcome(new Termination.DiskFull(detail), outcome.usage())
                : outcome;
    }

    String container() {
        return container;
    }

    /** It runs something that may. */
    boolean writesToDisk() {
        return used.get() && !plan.spec().readOnlyRoot();
    }

    /** Kills what runs, as {@link Termination.DiskFull}. From another thread; returns at once. */
    void exhaust(String detail) {
        exhausted = detail;
        stop.run();
    }

    /** Init says so itself, by being ready anew; and what did not end by itself is not trusted with another run. */
    @Override
    public boolean resetForReuse() {
        if (!plan.spec().reused() || soiled || !used.get()) {
            return false;
        }
        try {
            clock = session.whenReady().get(RESET.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.debug("container {} is not reused", container, e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        cancelled = new CompletableFuture<>();
        used.set(false);
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

    private Outcome forced(RunRequest request) {
        log.warn("activation {}: its sandbox {} did not stop and is killed", request.activationId(), container);
        remove(Duration.ZERO);
        Termination ending = cancelled.isDone() ? new Termination.Cancelled() : new Termination.TimedOut();
        return new Outcome(ending, Usage.of(Duration.ZERO, request.timeout()));
    }

    /** The connection has ended without a trailer: init is dead, or the daemon is away. */
    private Outcome unheard(String fault, long called) {
        session.close();
        var ending = cancelled.isDone() ? new Termination.Cancelled() : ExitCause.ending(docker, container, fault);
        return new Outcome(ending, Usage.since(called));
    }

    @Override
    public void cancel() {
        cancelled.complete(null);
    }

    @Override
    public void close() {
        remove(session.alive() ? ENDS_BY_ITSELF : Duration.ZERO);
    }

    /** Detaches first: an attach that nobody reads blocks the daemon's control of its container. */
    private void remove(Duration patience) {
        session.close();
        removal.remove(patience);
    }
}
