package dev.faas.spawner.run;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Where a stream of bytes, which may be UTF-8 or anything else, can be cut. */
final class Utf8 {
    private static final int LONGEST_TAIL = 3;

    private Utf8() {}

    /**
     * How many of the first {@code length} bytes do not end within a character: all of them, or up to 3 less. Bytes that are
     * no UTF-8 count as whole.
     */
    static int completeLength(byte[] bytes, int length) {
        for (int back = 1; back <= Math.min(LONGEST_TAIL, length); back++) {
            int b = bytes[length - back] & 0xFF;
            if ((b & 0xC0) != 0x80) {
                return lengthFrom(b) > back ? length - back : length;
            }
        }
        return length;
    }

    /** Of a character that begins with this byte. */
    private static int lengthFrom(int lead) {
        if (lead >= 0xC2 && lead <= 0xDF) {
            return 2;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            return 3;
        }
        return lead >= 0xF0 && lead <= 0xF4 ? 4 : 1;
    }

    /** The text, if it is some. */
    static Optional<String> decode(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException notText) {
            return Optional.empty();
        }
    }
}
