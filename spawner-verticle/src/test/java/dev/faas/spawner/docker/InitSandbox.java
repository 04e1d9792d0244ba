package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.init.InitClock;
import dev.faas.spawner.docker.init.InitProtocol;
import dev.faas.spawner.docker.init.Nonce;
import dev.faas.spawner.docker.init.RootNotBuilt;
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

/** Attaches to a container with init as PID 1, by {@code docker start -ai}. For one test thread. */
final class InitSandbox implements AutoCloseable {

    static final long FOREVER = Long.MAX_VALUE;
    private static final int LIMIT_SECONDS = 30;

    /** A run as seen from outside. */
    record RunResult(Trailer trailer, String out, String err) {}

    /** Records one stream. */
    private static final class Recorded implements TrailerScanner.Sink {
        final BlockingQueue<Optional<Trailer>> trailers = new LinkedBlockingQueue<>();
        final BlockingQueue<Optional<InitClock>> readies = new LinkedBlockingQueue<>();
        final BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
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
        public void failed(RootNotBuilt why) {
            refusals.add(why.getMessage());
            readies.add(Optional.empty());
        }

        @Override
        public void trailer(Trailer trailer) {
            trailers.add(Optional.of(trailer));
        }

        /** Releases those who wait, with nothing. */
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
    private final Map<Stream, Recorded> recorded = new EnumMap<>(Stream.class);
    private final Map<Stream, TrailerScanner> scanners = new EnumMap<>(Stream.class);
    private final List<String> faults = new ArrayList<>();
    private final CountDownLatch streamsEnded = new CountDownLatch(2);
    private InitClock clock;

    InitSandbox(String container) throws Exception {
        this.container = container;
        for (var stream : Stream.values()) {
            recorded.put(stream, new Recorded());
        }
        scanners.put(Stream.STDOUT, TrailerScanner.ofStdout(recorded.get(Stream.STDOUT)));
        scanners.put(Stream.STDERR, TrailerScanner.ofStderr(recorded.get(Stream.STDERR)));
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
                recorded.get(stream).ended();
                streamsEnded.countDown();
            }
        });
    }

    /** Blocks until init waits for another run. */
    InitClock awaitReady() throws Exception {
        clock = await("READY", recorded.get(Stream.STDOUT).readies);
        return clock;
    }

    private <T> T await(String what, BlockingQueue<Optional<T>> queue) throws Exception {
        var next = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(next)
                .as("%s; instead: %s %s", what, faults, recorded.get(Stream.STDOUT).refusals)
                .isNotNull()
                .isPresent();
        return next.orElseThrow();
    }

    InitClock clock() {
        return clock;
    }

    /** Runs for at most 20 s; the sandbox ends afterwards. */
    RunResult run(String argument) throws Exception {
        return run(frame(argument));
    }

    RunResult run(RunFrame frame) throws Exception {
        begin(frame);
        return awaitEnd();
    }

    /** Runs for at most 20 s; the sandbox can run again afterwards. */
    RunResult runReusing(String argument) throws Exception {
        var ran = run(frame(argument, true, Duration.ofSeconds(20), Duration.ofSeconds(2), Map.of()));
        awaitReady();
        return ran;
    }

    void begin(RunFrame frame) throws IOException {
        beginWith(frame, InitProtocol.run(frame));
    }

    /** Sends these bytes instead of the frame. */
    void beginWith(RunFrame frame, byte[] bytes) throws IOException {
        scanners.values().forEach(scanner -> scanner.begin(frame.nonce()));
        send(bytes);
    }

    /** Blocks until both streams have brought the trailer. */
    RunResult awaitEnd() throws Exception {
        var out = await("trailer", recorded.get(Stream.STDOUT).trailers);
        var err = await("trailer", recorded.get(Stream.STDERR).trailers);
        assertThat(out).isEqualTo(err);
        return new RunResult(
                out,
                recorded.get(Stream.STDOUT).take(),
                recorded.get(Stream.STDERR).take());
    }

    /** Blocks until the command has written a piece that begins with this text. */
    void awaitOutput(String expected) throws Exception {
        var piece = recorded.get(Stream.STDOUT).pieces.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(piece).startsWith(expected);
    }

    void send(byte[] bytes) throws IOException {
        attached.getOutputStream().write(bytes);
        attached.getOutputStream().flush();
    }

    /** Breaks the connection, as a spawner that dies. */
    void disconnect() {
        attached.destroyForcibly();
    }

    void closeStdin() throws IOException {
        attached.getOutputStream().close();
    }

    /** Blocks until the container and its streams have ended. Returns the exit code. */
    int awaitContainerEnd() throws Exception {
        assertThat(streamsEnded.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return Integer.parseInt(DockerCli.output("wait", container));
    }

    boolean hasNoFaults() {
        synchronized (faults) {
            return faults.isEmpty();
        }
    }

    static RunFrame frame(String argument) {
        return frame(argument, false, Duration.ofSeconds(20), Duration.ofSeconds(2), Map.of());
    }

    static RunFrame frame(
            String argument, boolean reuse, Duration timeout, Duration grace, Map<String, String> variables) {
        return new RunFrame(
                Nonce.random(),
                reuse,
                new RunFrame.Timing(FOREVER, timeout, grace),
                RunFrame.SIGTERM,
                variables,
                argument);
    }

    @Override
    public void close() throws IOException {
        attached.destroyForcibly();
        DockerCli.output("rm", "--force", "--volumes", container);
    }
}
