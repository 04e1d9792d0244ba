package dev.faas.spawner;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.WaitContainerCondition;
import com.github.dockerjava.api.model.WaitResponse;
import dev.faas.spawner.Outcome.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of one container, from its creation to its outcome.
 *
 * <pre>
 * create ─ attach ─ wait ─ start ─┬─ exit ──────────────────────────────┬─ drain ─ detach ─ inspect ─ outcome
 *                                 └─ timeout, cancel ─ TERM ─ (KILL) ───┘
 * </pre>
 *
 * Attach and wait come before start, so that neither output nor exit is missed however short the run; the inspection
 * (out of memory? how long?) comes after the detach, because an attached stream can block dockerd's control.
 */
final class DockerRun {

    private static final Logger log = LoggerFactory.getLogger(DockerRun.class);

    /** Generous: on a machine with everything starting at once, creates and starts queue up in the daemon. */
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private static final Duration CONTROL_LIMIT = Duration.ofSeconds(10);
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(10);
    private static final int KILLED = 128 + 9;

    /** The kernel's report of an out-of-memory kill reaches dockerd on another path than the exit, a little later. */
    private static final Duration OOM_REPORT_STEP = Duration.ofMillis(25);

    private static final int OOM_REPORT_STEPS = 8;

    private final DockerCalls docker;
    private final String container;
    private final RunRequest request;
    private final RunOutput output;
    private final CompletableFuture<Void> cancelled;
    private final RunWatch watch;
    private final Streamed<Frame> attached;
    private final Streamed<WaitResponse> waiting;
    private final AtomicReference<@Nullable Integer> status = new AtomicReference<>();
    private final CompletableFuture<Integer> exit;

    DockerRun(
            DockerCalls docker,
            String container,
            RunRequest request,
            RunOutput output,
            CompletableFuture<Void> cancelled,
            RunWatch watch) {
        this.docker = docker;
        this.container = container;
        this.request = request;
        this.output = output;
        this.cancelled = cancelled;
        this.watch = watch;
        this.attached = new Streamed<>("attach", output::accept);
        this.waiting = new Streamed<>("wait", answer -> status.set(answer.getStatusCode()));
        this.exit = waiting.ended().handle((end, fault) -> statusOr(fault));
    }

    private Integer statusOr(@Nullable Throwable fault) {
        var code = status.get();
        if (code == null) {
            throw new CompletionException(new EngineFault("Docker stopped answering during the run", fault));
        }
        return code;
    }

    /** DockerRefusal: the container could not be made or started. */
    Outcome run(Function<DockerClient, CreateContainerCmd> plan) throws EngineFault {
        if (cancelled.isDone()) {
            return new Outcome(new Ending.Cancelled(), watch.usage(0));
        }
        docker.within(START_LIMIT, "create", d -> plan.apply(d).exec());
        try (attached;
                waiting) {
            docker.streaming()
                    .attachContainerCmd(container)
                    .withStdOut(true)
                    .withStdErr(true)
                    .withFollowStream(true)
                    .exec(attached);
            docker.streaming()
                    .waitContainerCmd(container)
                    .withCondition(WaitContainerCondition.NEXT_EXIT)
                    .exec(waiting);
            attached.awaitStart(CONTROL_LIMIT);
            waiting.awaitStart(CONTROL_LIMIT);
            docker.within(
                    START_LIMIT, "start", d -> d.startContainerCmd(container).exec());
            watch.started();
            var forced = untilOver();
            watch.ended();
            drain();
            attached.close();
            return outcome(forced);
        }
    }

    /** Blocks until the command has ended, by itself (empty) or by us. */
    private Optional<Ending> untilOver() throws EngineFault {
        if (over(CompletableFuture.anyOf(exit, cancelled), request.timeout()) && exit.isDone()) {
            return Optional.empty();
        }
        Ending ending = cancelled.isDone() ? new Ending.Cancelled() : new Ending.TimedOut();
        stop();
        return Optional.of(ending);
    }

    private void stop() throws EngineFault {
        if (request.grace().isPositive()) {
            signal("SIGTERM");
            if (over(exit, request.grace())) {
                return;
            }
        }
        signal("SIGKILL");
        if (over(exit, KILL_LIMIT)) {
            return;
        }
        attached.close(); // if it is the sink that does not read on, dockerd may be stuck at that
        signal("SIGKILL");
        if (!over(exit, KILL_LIMIT)) {
            log.warn("container {} did not end when killed", container);
        }
    }

    private void signal(String name) {
        try {
            docker.within(
                    CONTROL_LIMIT,
                    "kill",
                    d -> d.killContainerCmd(container).withSignal(name).exec());
        } catch (DockerRefusal e) {
            log.debug("{} came too late for container {}", name, container, e);
        } catch (EngineFault e) {
            log.warn("container {} got no {}: {}", container, name, e.getMessage());
        }
    }

    /** With PID 1 everything in the container is dead, so the stream ends; unless the sink does not take it. */
    private void drain() {
        try {
            attached.awaitEnd(DRAIN_LIMIT);
        } catch (EngineFault e) {
            log.warn("output of container {} is incomplete: {}", container, e.getMessage());
        }
    }

    private Outcome outcome(Optional<Ending> forced) throws EngineFault {
        int code = forced.isPresent() ? KILLED : exitCode();
        var state = inspect(code == KILLED && forced.isEmpty());
        boolean oom = state.map(ContainerState::getOOMKilled).orElse(false);
        var usage = usage(state, oom);
        if (forced.isPresent()) {
            output.release();
            return new Outcome(forced.get(), usage);
        }
        var notStarted = output.startFailure(code);
        if (notStarted.isPresent()) {
            return new Outcome(new Ending.StartFailed(notStarted.get()), usage);
        }
        output.release();
        if (oom && code == KILLED) { // one that survived the killing of a child of its: its exit code tells
            return new Outcome(new Ending.OutOfMemory(), usage);
        }
        Optional<? extends Ending> signal = Signals.in(code);
        return new Outcome(signal.isPresent() ? signal.get() : new Ending.Exited(code), usage);
    }

    private Optional<ContainerState> inspect(boolean maybeOutOfMemory) {
        try {
            var state = inspect();
            for (int i = 0; maybeOutOfMemory && i < OOM_REPORT_STEPS && !isTrue(state.getOOMKilled()); i++) {
                Thread.sleep(OOM_REPORT_STEP);
                state = inspect();
            }
            return Optional.of(state);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (EngineFault e) {
            log.warn("container {} could not be inspected after its end: {}", container, e.getMessage());
            return Optional.empty();
        }
    }

    private ContainerState inspect() throws EngineFault {
        return docker.within(
                        CONTROL_LIMIT,
                        "inspect",
                        d -> d.inspectContainerCmd(container).exec())
                .getState();
    }

    private Usage usage(Optional<ContainerState> state, boolean oom) {
        int oomKills = oom ? 1 : 0;
        return state.map(s -> Duration.between(Instant.parse(s.getStartedAt()), Instant.parse(s.getFinishedAt())))
                .filter(watch::plausible)
                .map(measured -> watch.usage(measured, oomKills))
                .orElseGet(() -> watch.usage(oomKills));
    }

    private int exitCode() throws EngineFault {
        try {
            return exit.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted during the run", e);
        } catch (ExecutionException e) {
            throw new EngineFault(String.valueOf(e.getCause().getMessage()), e);
        }
    }

    private static boolean over(CompletableFuture<?> event, Duration limit) throws EngineFault {
        try {
            event.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true; // the run is over in that nothing more is heard of it: exitCode() says why
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted during the run", e);
        }
    }

    private static boolean isTrue(Boolean flag) {
        return Boolean.TRUE.equals(flag);
    }
}
