package dev.faas.spawner.engine;

import dev.faas.spawner.engine.OutputSink.Stream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The environment of a {@link FakeProgram}. */
public final class FakeProcess {

    private final RunRequest request;
    private final Map<String, String> environment;
    private final OutputSink sink;
    private final CountDownLatch terminated = new CountDownLatch(1);
    private volatile boolean ignoresTerm;
    private boolean over;

    FakeProcess(SandboxSpec spec, RunRequest request, OutputSink sink) {
        this.request = request;
        this.sink = sink;
        environment = new HashMap<>(spec.program().env());
        environment.putAll(request.variables());
    }

    public String argument() {
        return request.argument();
    }

    public Map<String, String> environment() {
        return environment;
    }

    public SecretValues secrets() {
        return request.secrets();
    }

    public void stdout(String text) {
        write(Stream.STDOUT, text.getBytes(StandardCharsets.UTF_8));
    }

    public void stderr(String text) {
        write(Stream.STDERR, text.getBytes(StandardCharsets.UTF_8));
    }

    public synchronized void write(Stream stream, byte[] bytes) {
        if (over) { // a container that has ended writes no more
            return;
        }
        try {
            sink.write(stream, bytes, 0, bytes.length);
        } catch (RuntimeException e) {
            over = true; // a sink that failed is not called again
        }
    }

    /** From now on SIGTERM does not end this program, which can query it. */
    public void handleTerm() {
        ignoresTerm = true;
    }

    /** Waits for SIGTERM, at most ten minutes. */
    public void awaitTerm() throws InterruptedException {
        if (!terminated.await(10, TimeUnit.MINUTES)) {
            throw new IllegalStateException("no signal ended this program");
        }
    }

    /** Runs until a signal ends it, at most ten minutes. */
    public int hang() throws InterruptedException {
        new CountDownLatch(1).await(10, TimeUnit.MINUTES);
        throw new IllegalStateException("no signal ended this program");
    }

    void term(Thread thread) {
        terminated.countDown();
        if (!ignoresTerm) {
            thread.interrupt();
        }
    }

    synchronized void over() {
        over = true;
    }
}
