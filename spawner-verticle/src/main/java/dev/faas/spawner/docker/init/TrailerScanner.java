package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.EngineFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Separates one output stream of a sandbox into init's messages and the function's output. A function cannot pass for
 * init: it runs only between {@link #begin} and the trailer, and does not know the nonce.
 *
 * <pre>
 *   stdout  ─▶ READY ─▶ (begin) output … nonce, trailer ─▶ READY ─▶ (begin) …
 *   stderr  ──────────▶ (begin) output … nonce, trailer ──────────▶ (begin) …
 * </pre>
 *
 * Output is passed on at once, except for an end that may be the beginning of the nonce. Thread-safe: one thread feeds
 * what arrives, another begins runs.
 */
public final class TrailerScanner {

    /** Called on the feeding thread. */
    public interface Sink {

        /** A piece of the function's output. The array is reused after the call. */
        void output(byte[] bytes, int offset, int length);

        /** Init waits for a run. Stdout only. */
        void ready(InitClock clock);

        /** Init could not build the root of a nested run, and runs nothing. Stdout only. */
        void failed(RootNotBuilt why);

        void trailer(Trailer trailer);
    }

    private enum State {
        READY,
        IDLE,
        OUTPUT,
        TRAILER
    }

    private static final int READY_BYTES = 40;
    private static final byte[] READY = ("FaasRdy" + (char) InitProtocol.VERSION).getBytes(StandardCharsets.US_ASCII);

    private final Sink sink;
    private final boolean expectsReady;
    private State state;
    private Nonce nonce = Nonce.NONE;

    /** The length of the nonce's beginning that the output so far ends with. */
    private int matched;

    /** The same for each beginning of the nonce, see {@link #fallback(Nonce)}. */
    private int[] fallback = {};

    /** The bytes so far of a READY or a trailer. */
    private final ByteBuffer message = ByteBuffer.allocate(Trailer.BYTES);

    private TrailerScanner(Sink sink, boolean saysReady) {
        this.sink = sink;
        this.expectsReady = saysReady;
        this.state = saysReady ? State.READY : State.IDLE;
        message.limit(READY_BYTES);
    }

    public static TrailerScanner ofStdout(Sink sink) {
        return new TrailerScanner(sink, true);
    }

    public static TrailerScanner ofStderr(Sink sink) {
        return new TrailerScanner(sink, false);
    }

    /** Call before the run frame is sent and, on stdout, after READY. */
    public synchronized void begin(Nonce run) {
        if (state != State.IDLE) {
            throw new IllegalStateException("a run cannot begin in state " + state);
        }
        state = State.OUTPUT;
        nonce = run;
        fallback = fallback(run);
        matched = 0;
    }

    /** @throws EngineFault if the bytes break the protocol; the sandbox must not be used any more */
    public synchronized void feed(byte[] bytes, int offset, int length) throws EngineFault {
        int end = offset + length;
        for (int at = offset; at < end; ) {
            at = switch (state) {
                case OUTPUT -> scan(bytes, at, end);
                case READY, TRAILER -> collect(bytes, at, end);
                case IDLE ->
                    throw new EngineFault(length + " bytes of output came from a sandbox in which nothing runs", null);
            };
        }
    }

    /** Passes on what was held back, at the end of the stream. False if a trailer is missing. */
    synchronized boolean endOfStream() {
        if (state == State.OUTPUT && matched > 0) {
            sink.output(nonce.bytes(), 0, matched);
            matched = 0;
        }
        return state != State.OUTPUT && state != State.TRAILER;
    }

    /**
     * Passes on output up to the nonce, or the end; returns where it stopped. Held back are the nonce's first bytes.
     */
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
        int output = held + (at - from) - matched; // what was held and what came, without what is held now
        int fromHeld = Math.min(output, held);
        if (fromHeld > 0) {
            sink.output(nonce.bytes(), 0, fromHeld);
        }
        if (output > fromHeld) {
            sink.output(bytes, from, output - fromHeld);
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
            state = expectsReady ? State.READY : State.IDLE;
            message.clear().limit(READY_BYTES);
            sink.trailer(trailer);
        } else {
            readReady();
            state = State.IDLE;
            passReady();
        }
        return from + taken;
    }

    private void readReady() throws EngineFault {
        var in = message.flip().order(ByteOrder.LITTLE_ENDIAN);
        for (byte expected : READY) {
            if (in.get() != expected) {
                throw new EngineFault("the first bytes from the sandbox are not a READY of this version of init", null);
            }
        }
        for (int i = 0; i < Nonce.BYTES; i++) {
            if (in.get() != (byte) ~nonce.at(i)) {
                throw new EngineFault("READY names another run than the last one", null);
            }
        }
    }

    private void passReady() throws EngineFault {
        long micros = message.getLong();
        int step = Short.toUnsignedInt(message.getShort());
        int errno = Short.toUnsignedInt(message.getShort());
        if (step == 0) {
            sink.ready(new InitClock(micros, System.nanoTime()));
        } else {
            sink.failed(RootNotBuilt.of(step, errno));
        }
    }

    /** For each beginning of the nonce: the longest shorter beginning that it ends with (Knuth, Morris, Pratt). */
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
