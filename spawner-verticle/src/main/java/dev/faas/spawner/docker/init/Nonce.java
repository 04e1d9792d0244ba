package dev.faas.spawner.docker.init;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names one run to its init, in 16 bytes. A trailer begins with the nonce, so that a function cannot forge one: it
 * cannot guess the 120 random bits. The first byte is not in any UTF-8 text, so text output is never held back as the
 * possible beginning of a nonce.
 */
public final class Nonce {

    static final int BYTES = 16;

    /** The last run of a sandbox that has just booted. */
    static final Nonce NONE = new Nonce(new byte[BYTES]);

    private static final byte NOT_IN_UTF8 = (byte) 0xff;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private Nonce(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Nonce random() {
        var bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        bytes[0] = NOT_IN_UTF8;
        return new Nonce(bytes);
    }

    /** Copies {@link #BYTES} bytes. */
    static Nonce of(byte[] bytes, int offset) {
        return new Nonce(Arrays.copyOfRange(bytes, offset, offset + BYTES));
    }

    byte at(int index) {
        return bytes[index];
    }

    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Nonce nonce && Arrays.equals(bytes, nonce.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Enough to tell runs apart in a log, but not to forge a trailer. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes, 0, 4) + "…";
    }
}
