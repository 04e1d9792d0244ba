package dev.faas.bench.spawner;

import dev.faas.activation.Report;
import dev.faas.spawner.engine.Outcome;
import dev.faas.spawner.engine.Outcome.Usage;
import dev.faas.spawner.engine.OutputSink;
import dev.faas.spawner.engine.RunRequest;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.Termination;
import dev.faas.wire.FunctionSpec.Mode;
import dev.faas.wire.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sleeps, and reports each run on stdout, for {@link SleepingSpawners}. */
final class SleepingSandbox implements Sandbox {
    static final String REPORT = "ran ";

    private final Mode mode;
    private volatile CountDownLatch cancelled = new CountDownLatch(1);

    SleepingSandbox(Mode mode) {
        this.mode = mode;
    }

    @Override
    public Report.Container describe() {
        return new Report.Container(null, mode, null);
    }

    @Override
    public boolean isAlive() {
        return true;
    }

    @Override
    public Outcome run(RunRequest request, OutputSink sink) {
        // An id has the millisecond in which its submit was accepted.
        var wait = Duration.between(Ids.timeOf(request.activationId()), Instant.now());
        long begin = System.nanoTime();
        try {
            boolean isCancelled = cancelled.await(Long.parseLong(request.argument()), TimeUnit.MILLISECONDS);
            var text = request.argument().getBytes(StandardCharsets.UTF_8);
            sink.write(OutputSink.Stream.STDOUT, text, 0, text.length);
            System.out.println(REPORT + wait.toNanos() + " " + (System.nanoTime() - begin));
            return new Outcome(
                    isCancelled ? new Termination.Cancelled() : new Termination.Exited(0), Usage.since(begin));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome(new Termination.Lost("interrupted"), Usage.since(begin));
        }
    }

    @Override
    public boolean resetForReuse() {
        cancelled = new CountDownLatch(1);
        return keepsContainer();
    }

    @Override
    public void cancel() {
        cancelled.countDown();
    }

    @Override
    public void close() {}
}
