package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.init.InitClock;
import dev.faas.spawner.docker.init.InitProtocol;
import dev.faas.spawner.docker.init.Nonce;
import dev.faas.spawner.docker.init.RunFrame;
import dev.faas.spawner.docker.init.Trailer;
import dev.faas.spawner.docker.init.TrailerScanner;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.OutputSink.Stream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A container with init as its PID 1, attached to by {@code docker start -ai}; for one test thread. */
final class InitSandbox implements AutoCloseable {

    static final long FOREVER = Long.MAX_VALUE;
    private static final int LIMIT_SECONDS = 30;

    /** A run as it was seen from outside. */
    record Ran(Trailer trailer, String out, String err) {}

    /** Everything that one stream has brought. */
    private static final class Heard implements TrailerScanner.Sink {
        final BlockingQueue<Optional<Trailer>> trailers = new LinkedBlockingQueue<>();
        final BlockingQueue<Optional<InitClock>> readies = new LinkedBlockingQueue<>();
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final BlockingQueue<String> pieces = new LinkedBlockingQueue<>();

        @Override
        public synchronized void output(byte[] bytes, int offset, int length) {
            output.write(bytes, offset, length);
            pieces.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
        }

        @Override
        public void ready(InitClock clock) {
            readies.add(Optional.of(clock));
        }

        @Override
        public void trailer(Trailer trailer) {
            trailers.add(Optional.of(trailer));
        }

        /** Whoever waits waits in vain. */
        void ended() {
            readies.add(Optional.empty());
            trailers.add(Optional.empty());
        }

        synchronized String take() {
            var all = output.toString(StandardCharsets.UTF_8);
            output.reset();
            pieces.clear();
            return all;
        }
    }

    private final String container;
    private final Process attached;
    private final Map<Stream, Heard> heard = new EnumMap<>(Stream.class);
    private final Map<Stream, TrailerScanner> scanners = new EnumMap<>(Stream.class);
    private final List<String> faults = new ArrayList<>();
    private final CountDownLatch streamsEnded = new CountDownLatch(2);
    private InitClock clock;

    InitSandbox(String container) throws Exception {
        this.container = container;
        for (var stream : Stream.values()) {
            heard.put(stream, new Heard());
        }
        scanners.put(Stream.STDOUT, TrailerScanner.ofStdout(heard.get(Stream.STDOUT)));
        scanners.put(Stream.STDERR, TrailerScanner.ofStderr(heard.get(Stream.STDERR)));
        attached = DockerCli.start(List.of("start", "--attach", "--interactive", container));
        listen(Stream.STDOUT, attached.getInputStream());
        listen(Stream.STDERR, attached.getErrorStream());
        boolean booted = false;
        try {
            clock = awaitReady();
            booted = true;
        } finally {
            if (!booted) {
                close();
            }
        }
    }

    private void listen(Stream stream, InputStream in) {
        Thread.startVirtualThread(() -> {
            var buffer = new byte[64 * 1024];
            try {
                for (int count; (count = in.read(buffer)) >= 0; ) {
                    scanners.get(stream).feed(buffer, 0, count);
                }
            } catch (EngineFault e) {
                synchronized (faults) {
                    faults.add(stream + ": " + e.getMessage());
                }
            } catch (IOException e) {
                // The test has cut the connection.
            } finally {
                heard.get(stream).ended();
                streamsEnded.countDown();
            }
        });
    }

    /** Until init waits for another run. */
    InitClock awaitReady() throws Exception {
        clock = await("READY", heard.get(Stream.STDOUT).readies);
        return clock;
    }

    private <T> T await(String what, BlockingQueue<Optional<T>> queue) throws Exception {
        var next = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("%s; instead: %s", what, faults).isNotNull().isPresent();
        return next.orElseThrow();
    }

    InitClock clock() {
        return clock;
    }

    /** A run of 20 s at most, of the last one that this sandbox is for. */
    Ran run(String argument) throws Exception {
        return run(frame(argument));
    }

    Ran run(RunFrame frame) throws Exception {
        begin(frame);
        return awaitEnd();
    }

    /** A run after which there can be another one. */
    Ran runAndStay(String argument) throws Exception {
        var ran = run(frame(argument, true, Duration.ofSeconds(20), Duration.ofSeconds(2), Map.of()));
        awaitReady();
        return ran;
    }

    void begin(RunFrame frame) throws IOException {
        beginWith(frame, InitProtocol.run(frame));
    }

    /** As if these bytes were the frame. */
    void beginWith(RunFrame frame, byte[] bytes) throws IOException {
        scanners.values().forEach(scanner -> scanner.begin(frame.nonce()));
        send(bytes);
    }

    /** Until the trailer has come on both streams. */
    Ran awaitEnd() throws Exception {
        var out = await("trailer", heard.get(Stream.STDOUT).trailers);
        var err = await("trailer", heard.get(Stream.STDERR).trailers);
        assertThat(out).isEqualTo(err);
        return new Ran(
                out, heard.get(Stream.STDOUT).take(), heard.get(Stream.STDERR).take());
    }

    /** Until the command has said this, as a piece of its own. */
    void awaitOutput(String expected) throws Exception {
        var piece = heard.get(Stream.STDOUT).pieces.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(piece).startsWith(expected);
    }

    void send(byte[] bytes) throws IOException {
        attached.getOutputStream().write(bytes);
        attached.getOutputStream().flush();
    }

    /** As a spawner that dies: its connection to the daemon is gone. */
    void cut() {
        attached.destroyForcibly();
    }

    void closeStdin() throws IOException {
        attached.getOutputStream().close();
    }

    /** Until the container has ended; its exit code. Its streams have ended then, without a run in them. */
    int awaitContainerEnd() throws Exception {
        assertThat(streamsEnded.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return Integer.parseInt(DockerCli.ask("wait", container));
    }

    boolean saidNothingWrong() {
        synchronized (faults) {
            return faults.isEmpty();
        }
    }

    static RunFrame frame(String argument) {
        return frame(argument, false, Duration.ofSeconds(20), Duration.ofSeconds(2), Map.of());
    }

    static RunFrame frame(
            String argument, boolean reuse, Duration timeout, Duration grace, Map<String, String> variables) {
        return new RunFrame(Nonce.random(), reuse, FOREVER, timeout, grace, RunFrame.SIGTERM, variables, argument);
    }

    @Override
    public void close() throws IOException {
        attached.destroyForcibly();
        DockerCli.ask("rm", "--force", "--volumes", container);
    }
}
