package dev.faas.spawner.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A sink that keeps everything, and lets a test wait for the first byte. */
public final class RecordedOutput implements OutputSink {

    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final CountDownLatch first = new CountDownLatch(1);

    @Override
    public synchronized void write(Stream stream, byte[] bytes, int offset, int length) {
        (stream == Stream.STDOUT ? stdout : stderr).write(bytes, offset, length);
        first.countDown();
    }

    public void awaitFirst() throws InterruptedException {
        if (!first.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("no output within 60 s");
        }
    }

    public synchronized byte[] stdout() {
        return stdout.toByteArray();
    }

    public synchronized byte[] stderr() {
        return stderr.toByteArray();
    }

    public String stdoutText() {
        return new String(stdout(), StandardCharsets.UTF_8);
    }

    public String stderrText() {
        return new String(stderr(), StandardCharsets.UTF_8);
    }
}
