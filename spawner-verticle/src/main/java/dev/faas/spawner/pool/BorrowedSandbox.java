package dev.faas.spawner.pool;

import dev.faas.activation.Report;
import dev.faas.spawner.engine.Outcome;
import dev.faas.spawner.engine.OutputSink;
import dev.faas.spawner.engine.RunRequest;
import dev.faas.spawner.engine.Sandbox;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Lends a sandbox to one run: once closed, the run's calls no longer reach it, because the next run may have it. */
final class BorrowedSandbox implements Sandbox {
    private final Sandbox sandbox;
    private final Report.Container.Origin origin;
    private final Consumer<Sandbox> giveBack;
    private final AtomicBoolean returned = new AtomicBoolean();

    /** @param giveBack called once, at close; does not block */
    BorrowedSandbox(Sandbox sandbox, Report.Container.Origin origin, Consumer<Sandbox> giveBack) {
        this.sandbox = sandbox;
        this.origin = origin;
        this.giveBack = giveBack;
    }

    @Override
    public Report.Container describe() {
        return sandbox.describe().withSandbox(origin);
    }

    @Override
    public boolean isAlive() {
        return !returned.get() && sandbox.isAlive();
    }

    @Override
    public Outcome run(RunRequest request, OutputSink sink) {
        return sandbox.run(request, sink);
    }

    @Override
    public boolean resetForReuse() {
        return false;
    }

    @Override
    public synchronized void cancel() {
        if (!returned.get()) {
            sandbox.cancel();
        }
    }

    @Override
    public synchronized void close() {
        if (returned.compareAndSet(false, true)) {
            giveBack.accept(sandbox);
        }
    }
}
