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
 * The conversation with the init of one container. READY proves that the daemon has both output streams in hand, and a
 * trailer on each that they were read to their end: nothing of a run's output is missing, however short it was.
 *
 * <p>One virtual thread reads for as long as the container lives, another writes what there is to be said. Thread-safe.
 */
public final class InitSession implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(InitSession.class);
    private static final Executor WRITER =
            task -> Thread.ofVirtual().name("init-writer").start(task);

    private final String container;
    private final Attachment attachment;
    private final TrailerScanner stdout = TrailerScanner.ofStdout(new Side(Stream.STDOUT));
    private final TrailerScanner stderr = TrailerScanner.ofStderr(new Side(Stream.STDERR));
    private CompletableFuture<InitClock> ready = new CompletableFuture<>();
    private CompletableFuture<Void> said = CompletableFuture.completedFuture(null);
    private @Nullable Turn turn;
    private @Nullable EngineFault over;

    /** One run, until both streams have come to its trailer. */
    private static final class Turn {
        final OutputSink sink;
        final CompletableFuture<Trailer> ended = new CompletableFuture<>();
        volatile boolean muted;
        private boolean half;

        Turn(OutputSink sink) {
            this.sink = sink;
        }

        void trailer(Trailer trailer) { // on the reader's thread only
            if (half) {
                ended.complete(trailer);
            }
            half = true;
        }
    }

    private final class Side implements TrailerScanner.Sink {
        private final Stream stream;

        Side(Stream stream) {
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
                to.get().muted = true; // whatever is wrong with the sink, the stream has to be drained
                log.warn("output of a run is thrown away from here on: its sink failed", e);
            }
        }

        @Override
        public void ready(InitClock clock) {
            whenReady().complete(clock);
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

    /** Reads from now on. */
    public static InitSession over(String container, Attachment attachment) {
        var session = new InitSession(container, attachment);
        Thread.ofVirtual().name("attached-" + container).start(session::read);
        return session;
    }

    /** Completes when init waits for the next run, exceptionally with an EngineFault when it never will. */
    public synchronized CompletableFuture<InitClock> whenReady() {
        return ready;
    }

    /** False once the container has ended, or the daemon has gone away. */
    public synchronized boolean alive() {
        return over == null;
    }

    /**
     * Only when init is ready. Completes when nothing of the run is left and all its output has reached the sink;
     * exceptionally, with an EngineFault, when that will never be known. The sink is called by the reader alone.
     *
     * @param told run once init has been sent all of it, unless that fails
     */
    public CompletableFuture<Trailer> run(RunFrame frame, OutputSink sink, Runnable told) {
        var begun = new Turn(sink);
        synchronized (this) {
            ready = new CompletableFuture<>();
            turn = begun;
            if (over != null) {
                ready.completeExceptionally(over);
                begun.ended.completeExceptionally(over);
                return begun.ended;
            }
        }
        stdout.begin(frame.nonce());
        stderr.begin(frame.nonce());
        say(InitProtocol.run(frame), told);
        return begun.ended;
    }

    /** SIGTERM now, SIGKILL after the grace; nothing, if that run is over. Returns at once. */
    public void stop(Nonce run, Duration grace) {
        say(InitProtocol.stop(run, grace), () -> {});
    }

    /** The sink of the run that is under way hears nothing any more, beyond what it is hearing just now. */
    public void mute() {
        current().ifPresent(now -> now.muted = true);
    }

    /** One after the other, on a thread of their own: a daemon that does not read must not hold up a deadline. */
    private synchronized void say(byte[] frame, Runnable told) {
        said = said.thenRunAsync(() -> write(frame, told), WRITER);
    }

    private void write(byte[] frame, Runnable told) {
        try {
            attachment.write(ByteBuffer.wrap(frame));
            told.run();
        } catch (IOException e) {
            log.debug("container {} was not told: {}", container, e.toString());
            attachment.close(); // the reader says it to everybody
        }
    }

    private synchronized Optional<Turn> current() {
        return Optional.ofNullable(turn);
    }

    private void read() {
        var fault = new EngineFault("the sandbox has ended without a word", null);
        try {
            attachment.readAll(this::feed);
        } catch (IOException e) {
            fault = new EngineFault("the connection to the sandbox broke: " + e.getMessage(), e);
        } catch (Garbled e) {
            fault = new EngineFault(String.valueOf(e.getCause().getMessage()), e);
        }
        stdout.end();
        stderr.end();
        CompletableFuture<InitClock> waiting;
        Optional<Turn> running;
        synchronized (this) {
            over = fault;
            waiting = ready;
            running = Optional.ofNullable(turn);
        }
        waiting.completeExceptionally(fault);
        for (var run : running.stream().toList()) {
            run.ended.completeExceptionally(fault);
        }
        attachment.close();
    }

    private void feed(Stream stream, byte[] bytes, int length) {
        try {
            (stream == Stream.STDERR ? stderr : stdout).feed(bytes, 0, length);
        } catch (EngineFault e) {
            throw new Garbled(e);
        }
    }

    /** Leaves the read loop: what comes is no conversation. */
    private static final class Garbled extends RuntimeException {
        private static final long serialVersionUID = 1;

        Garbled(EngineFault cause) {
            super(cause);
        }
    }

    /** Init then kills everything, and the container ends. Returns at once. */
    @Override
    public void close() {
        attachment.close();
    }
}
