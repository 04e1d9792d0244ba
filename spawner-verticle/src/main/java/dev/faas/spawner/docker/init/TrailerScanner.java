package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.EngineFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Takes one stream of a sandbox apart into what its init says and what the function has written. Knows when each may
 * come, so that a function cannot pass for init: it runs only between {@link #begin} and the trailer, and does not know
 * the nonce.
 *
 * <pre>
 *   stdout  ─▶ READY ─▶ (begin) output … nonce, trailer ─▶ READY ─▶ (begin) …
 *   stderr  ──────────▶ (begin) output … nonce, trailer ──────────▶ (begin) …
 * </pre>
 *
 * Of output only an end that could be the beginning of the nonce is held back. Thread-safe: one thread feeds what arrives,
 * another begins runs.
 */
public final class TrailerScanner {

    /** Called on the feeding thread. */
    public interface Sink {

        /** A piece of the function's output; the array is only lent. */
        void output(byte[] bytes, int offset, int length);

        /** Init waits for a run. Stdout only. */
        void ready(InitClock clock);

        void trailer(Trailer trailer);
    }

    private enum State {
        READY,
        IDLE,
        OUTPUT,
        TRAILER
    }

    private static final int READY_BYTES = 32;
    private static final byte[] READY = ("FaasRdy" + (char) InitProtocol.VERSION).getBytes(StandardCharsets.US_ASCII);

    private final Sink sink;
    private final boolean saysReady;
    private State state;
    private Nonce nonce = Nonce.NONE;

    /** How much of the nonce the output seen so far ends with; and that for each beginning of the nonce itself. */
    private int matched;

    private int[] fallback = {};

    /** Of the READY or trailer that is coming in. */
    private final ByteBuffer message = ByteBuffer.allocate(Trailer.BYTES);

    private TrailerScanner(Sink sink, boolean saysReady) {
        this.sink = sink;
        this.saysReady = saysReady;
        this.state = saysReady ? State.READY : State.IDLE;
        message.limit(READY_BYTES);
    }

    public static TrailerScanner ofStdout(Sink sink) {
        return new TrailerScanner(sink, true);
    }

    public static TrailerScanner ofStderr(Sink sink) {
        return new TrailerScanner(sink, false);
    }

    /** Before the run's frame is sent, and, on stdout, after READY. */
    public synchronized void begin(Nonce run) {
        if (state != State.IDLE) {
            throw new IllegalStateException("a run begins when init waits for one, and not in state " + state);
        }
        state = State.OUTPUT;
        nonce = run;
        fallback = fallback(run);
        matched = 0;
    }

    /** @throws EngineFault when this is not what an init of ours says: the sandbox is good for nothing any more */
    public synchronized void feed(byte[] bytes, int offset, int length) throws EngineFault {
        int end = offset + length;
        for (int at = offset; at < end; ) {
            at = switch (state) {
                case OUTPUT -> scan(bytes, at, end);
                case READY, TRAILER -> collect(bytes, at, end);
                case IDLE -> throw new EngineFault(length + " bytes from a sandbox in which nothing runs", null);
            };
        }
    }

    /** The stream is over: what was held back was no trailer. False when a trailer was still to come. */
    synchronized boolean end() {
        if (state == State.OUTPUT && matched > 0) {
            sink.output(nonce.bytes(), 0, matched);
            matched = 0;
        }
        return state != State.OUTPUT && state != State.TRAILER;
    }

    /** Passes output on, up to the nonce or the end; gives where it has stopped. What is held is the nonce's beginning. */
    private int scan(byte[] bytes, int from, int end) {
        int held = matched;
        int at = from;
        while (at < end && matched < Nonce.BYTES) {
            byte next = bytes[at++];
            while (matched > 0 && next != nonce.at(matched)) {
                matched = fallback[matched - 1];
            }
            if (next == nonce.at(matched)) {
                matched++;
            }
        }
        int output = held + (at - from) - matched; // of what was held and what came, all but what is held now
        int ofHeld = Math.min(output, held);
        if (ofHeld > 0) {
            sink.output(nonce.bytes(), 0, ofHeld);
        }
        if (output > ofHeld) {
            sink.output(bytes, from, output - ofHeld);
        }
        if (matched == Nonce.BYTES) {
            state = State.TRAILER;
            message.clear().put(nonce.bytes());
        }
        return at;
    }

    private int collect(byte[] bytes, int from, int end) throws EngineFault {
        int taken = Math.min(message.remaining(), end - from);
        message.put(bytes, from, taken);
        if (message.hasRemaining()) {
            return from + taken;
        }
        if (state == State.TRAILER) {
            var trailer = Trailer.decode(message.array().clone());
            state = saysReady ? State.READY : State.IDLE;
            message.clear().limit(READY_BYTES);
            sink.trailer(trailer);
        } else {
            var clock = ready();
            state = State.IDLE;
            sink.ready(clock);
        }
        return from + taken;
    }

    private InitClock ready() throws EngineFault {
        var in = message.flip().order(ByteOrder.LITTLE_ENDIAN);
        for (byte expected : READY) {
            if (in.get() != expected) {
                throw new EngineFault("what runs in the sandbox is no init of ours, or of another version", null);
            }
        }
        for (int i = 0; i < Nonce.BYTES; i++) {
            if (in.get() != (byte) ~nonce.at(i)) {
                throw new EngineFault("init is ready after another run than the last one", null);
            }
        }
        return new InitClock(in.getLong(), System.nanoTime());
    }

    /** For each beginning of the nonce: the longest shorter one that it ends with (Knuth, Morris and Pratt). */
    private static int[] fallback(Nonce nonce) {
        var table = new int[Nonce.BYTES];
        for (int i = 1, k = 0; i < Nonce.BYTES; i++) {
            while (k > 0 && nonce.at(i) != nonce.at(k)) {
                k = table[k - 1];
            }
            if (nonce.at(i) == nonce.at(k)) {
                k++;
            }
            table[i] = k;
        }
        return table;
    }
}
