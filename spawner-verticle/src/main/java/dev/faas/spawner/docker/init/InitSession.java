package dev.faas.spawner.docker.init;

import dev.faas.spawner.docker.client.Attachment;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.OutputSink;
import dev.faas.spawner.engine.OutputSink.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Talks to the init of one container: sends run and stop frames, passes on output, and completes runs. READY proves
 * that the daemon reads both output streams, and a trailer on each stream that it was read to its end: no output of a
 * run is missing, however short the run was.
 *
 * <p>One virtual thread reads as long as the container lives; frames are written on other threads. Thread-safe.
 */
public final class InitSession implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(InitSession.class);
    private static final Executor WRITER =
            task -> Thread.ofVirtual().name("init-writer").start(task);

    private final String container;
    private final Attachment attachment;
    private final TrailerScanner stdout = TrailerScanner.ofStdout(new StreamSink(Stream.STDOUT));
    private final TrailerScanner stderr = TrailerScanner.ofStderr(new StreamSink(Stream.STDERR));
    private CompletableFuture<InitClock> ready = new CompletableFuture<>();
    private CompletableFuture<Void> lastWrite = CompletableFuture.completedFuture(null);
    private @Nullable CurrentRun currentRun;
    /** Why the connection has ended; null while it lives. */
    private @Nullable EngineFault endFault;

    /** Completes when both streams have brought their trailer. */
    private static final class CurrentRun {
        final OutputSink sink;
        final CompletableFuture<Trailer> ended = new CompletableFuture<>();
        volatile boolean muted;
        private boolean trailerOnOneStream;

        CurrentRun(OutputSink sink) {
            this.sink = sink;
        }

        void trailer(Trailer trailer) { // on the reader's thread only
            if (trailerOnOneStream) {
                ended.complete(trailer);
            }
            trailerOnOneStream = true;
        }
    }

    private final class StreamSink implements TrailerScanner.Sink {
        private final Stream stream;

        StreamSink(Stream stream) {
            this.stream = stream;
        }

        @Override
        public void output(byte[] bytes, int offset, int length) {
            var to = current();
            if (to.isEmpty() || to.get().muted) {
                return;
            }
            try {
                to.get().sink.write(stream, bytes, offset, length);
            } catch (RuntimeException e) {
                to.get().muted = true; // the stream still has to be drained
                log.warn("output sink failed, rest of the output dropped container={}", container, e);
            }
        }

        @Override
        public void ready(InitClock clock) {
            whenReady().complete(clock);
        }

        @Override
        public void failed(RootNotBuilt why) {
            whenReady().completeExceptionally(why);
        }

        @Override
        public void trailer(Trailer trailer) {
            current().ifPresent(now -> now.trailer(trailer));
        }
    }

    private InitSession(String container, Attachment attachment) {
        this.container = container;
        this.attachment = attachment;
    }

    /** Starts to read. */
    public static InitSession open(String container, Attachment attachment) {
        var session = new InitSession(container, attachment);
        Thread.ofVirtual().name("attached-" + container).start(session::read);
        return session;
    }

    /** Completes when init waits for the next run; exceptionally, with an EngineFault, when it cannot any more. */
    public synchronized CompletableFuture<InitClock> whenReady() {
        return ready;
    }

    /** False once the container or the connection to the daemon has ended. */
    public synchronized boolean isAlive() {
        return endFault == null;
    }

    /**
     * Starts a run; call it only when init is ready. The result completes when no process of the run is left and all
     * its output has reached the sink; exceptionally, with an EngineFault, when the connection ends before. Only the
     * reading thread calls the sink.
     *
     * @param onSent called when the whole frame is written
     */
    public CompletableFuture<Trailer> run(RunFrame frame, OutputSink sink, Runnable onSent) {
        var run = new CurrentRun(sink);
        synchronized (this) {
            ready = new CompletableFuture<>();
            currentRun = run;
            if (endFault != null) {
                ready.completeExceptionally(endFault);
                run.ended.completeExceptionally(endFault);
                return run.ended;
            }
        }
        stdout.begin(frame.nonce());
        stderr.begin(frame.nonce());
        send(InitProtocol.run(frame), onSent);
        return run.ended;
    }

    /** Stops the run: its stop signal now, SIGKILL after the grace. Has no effect after its end. Returns at once. */
    public void stop(Nonce run, Duration grace) {
        send(InitProtocol.stop(run, grace), () -> {});
    }

    /** Drops further output of the current run. A call of its sink that is under way goes on. */
    public void mute() {
        current().ifPresent(now -> now.muted = true);
    }

    /** Writes frames one after the other, on another thread: a daemon that does not read must not delay a timeout. */
    private synchronized void send(byte[] frame, Runnable onSent) {
        lastWrite = lastWrite.thenRunAsync(() -> write(frame, onSent), WRITER);
    }

    private void write(byte[] frame, Runnable onSent) {
        try {
            attachment.write(ByteBuffer.wrap(frame));
            onSent.run();
        } catch (IOException e) {
            log.debug("frame not sent container={} error={}", container, e.toString());
            attachment.close(); // the reader then fails all who wait
        }
    }

    private synchronized Optional<CurrentRun> current() {
        return Optional.ofNullable(currentRun);
    }

    private void read() {
        var fault = new EngineFault("the sandbox ended without a trailer", null);
        try {
            attachment.readAll(this::feed);
        } catch (IOException e) {
            fault = new EngineFault("the connection to the sandbox failed: " + e.getMessage(), e);
        } catch (ProtocolBroken e) {
            fault = new EngineFault(String.valueOf(e.getCause().getMessage()), e);
        }
        stdout.endOfStream();
        stderr.endOfStream();
        CompletableFuture<InitClock> awaitedReady;
        Optional<CurrentRun> unfinishedRun;
        synchronized (this) {
            endFault = fault;
            awaitedReady = ready;
            unfinishedRun = Optional.ofNullable(currentRun);
        }
        awaitedReady.completeExceptionally(fault);
        if (unfinishedRun.isPresent()) {
            unfinishedRun.get().ended.completeExceptionally(fault);
        }
        attachment.close();
    }

    private void feed(Stream stream, byte[] bytes, int length) {
        try {
            (stream == Stream.STDERR ? stderr : stdout).feed(bytes, 0, length);
        } catch (EngineFault e) {
            throw new ProtocolBroken(e);
        }
    }

    /** Leaves the read loop. */
    private static final class ProtocolBroken extends RuntimeException {
        private static final long serialVersionUID = 1;

        ProtocolBroken(EngineFault cause) {
            super(cause);
        }
    }

    /** Closes the connection: init then kills all processes, and the container ends. Returns at once. */
    @Override
    public void close() {
        attachment.close();
    }
}
