package dev.faas.spawner.engine;

import dev.faas.activation.Report;
import dev.faas.spawner.engine.Outcome.Usage;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A sandbox of {@link FakeEngine}: the program runs on a thread, signals are interrupts. */
final class FakeSandbox implements Sandbox {

    private final FakeEngine engine;
    private final String container;
    private final SandboxSpec spec;
    private final FakeProgram program;
    private final AtomicBoolean used = new AtomicBoolean();
    private volatile boolean ended;
    private volatile CompletableFuture<Void> cancelled = new CompletableFuture<>();

    FakeSandbox(FakeEngine engine, String container, SandboxSpec spec, FakeProgram program) {
        this.engine = engine;
        this.container = container;
        this.spec = spec;
        this.program = program;
    }

    @Override
    public Report.Container describe() {
        return new Report.Container(null, spec.mode(), null);
    }

    @Override
    public boolean isAlive() {
        return !engine.isDown();
    }

    @Override
    public Outcome run(RunRequest request, OutputSink sink) {
        if (!used.compareAndSet(false, true)) {
            throw new IllegalStateException("a sandbox runs once");
        }
        if (cancelled.isDone()) {
            return new Outcome(new Termination.Cancelled(), Usage.NONE);
        }
        if (engine.isDown()) {
            return new Outcome(new Termination.Lost("the engine is away"), Usage.NONE);
        }
        var process = new FakeProcess(spec, request, sink);
        ended = false;
        var over = new CompletableFuture<Termination>();
        long started = System.nanoTime();
        var thread = Thread.ofVirtual().start(() -> over.complete(ending(process)));
        try {
            var ending = untilOver(request, process, over, thread);
            ended = ending instanceof Termination.Exited;
            return new Outcome(ending, usage(ending, started));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome(new Termination.Lost("interrupted during the run"), Usage.NONE);
        } finally {
            process.over();
            thread.interrupt();
        }
    }

    private static Usage usage(Termination ending, long started) {
        int oomKills = ending instanceof Termination.OutOfMemory ? 1 : 0;
        long ran = Duration.ofNanos(System.nanoTime() - started).toMillis();
        return new Usage(0, ran, OptionalLong.empty(), OptionalLong.empty(), oomKills);
    }

    private Termination ending(FakeProcess process) {
        try {
            return new Termination.Exited(program.run(process));
        } catch (FakeProgram.Died e) {
            return e.ending();
        } catch (InterruptedException e) {
            return new Termination.Signalled(15, "SIGTERM");
        } catch (RuntimeException e) {
            return new Termination.Lost("the fake program failed: " + e); // a fault of the test, which will fail
        }
    }

    private Termination untilOver(
            RunRequest request, FakeProcess process, CompletableFuture<Termination> ended, Thread thread)
            throws InterruptedException {
        if (over(CompletableFuture.anyOf(ended, cancelled), request.timeout()) && ended.isDone()) {
            return ended.join();
        }
        Termination forced = cancelled.isDone() ? new Termination.Cancelled() : new Termination.TimedOut();
        process.term(thread);
        over(ended, request.grace()); // then SIGKILL: its remaining output is cut off
        return forced;
    }

    private static boolean over(CompletableFuture<?> event, Duration limit) throws InterruptedException {
        try {
            event.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a fake program failed", e);
        }
    }

    @Override
    public boolean resetForReuse() {
        if (!keepsContainer() || !used.get() || !ended || engine.isDown()) {
            return false;
        }
        cancelled = new CompletableFuture<>();
        used.set(false);
        return true;
    }

    @Override
    public void cancel() {
        cancelled.complete(null);
    }

    @Override
    public void close() {
        engine.forget(container);
    }
}
