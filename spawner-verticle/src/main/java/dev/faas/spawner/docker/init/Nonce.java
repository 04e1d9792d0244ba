package dev.faas.spawner.docker.init;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * 16 bytes that name one run to its init: what begins with them was written by init, not by the function, who cannot guess
 * the 120 random bits of it. The first byte is one that no UTF-8 text has: of text nothing is ever held back for looking
 * like the beginning of a nonce.
 */
public final class Nonce {

    static final int BYTES = 16;

    /** The run that a sandbox fresh from its boot has had last. */
    static final Nonce NONE = new Nonce(new byte[BYTES]);

    private static final byte IN_NO_TEXT = (byte) 0xff;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private Nonce(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Nonce random() {
        var bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        bytes[0] = IN_NO_TEXT;
        return new Nonce(bytes);
    }

    /** Copies {@link #BYTES} of them. */
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

    /** Enough to tell runs apart in a log, and not enough to forge a trailer. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes, 0, 4) + "…";
    }
}
