package dev.faas.spawner.run;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Finds where a stream of bytes can be cut without splitting a UTF-8 character. The bytes need not be UTF-8. */
final class Utf8 {
    private static final int LONGEST_TAIL = 3;

    private Utf8() {}

    /** Returns {@code length}, or up to 3 less if the bytes end within a character. Invalid bytes count as complete. */
    static int completeLength(byte[] bytes, int length) {
        for (int back = 1; back <= Math.min(LONGEST_TAIL, length); back++) {
            int b = bytes[length - back] & 0xFF;
            if ((b & 0xC0) != 0x80) {
                return characterLength(b) > back ? length - back : length;
            }
        }
        return length;
    }

    private static int characterLength(int lead) {
        if (lead >= 0xC2 && lead <= 0xDF) {
            return 2;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            return 3;
        }
        return lead >= 0xF0 && lead <= 0xF4 ? 4 : 1;
    }

    /** Empty if the bytes are not UTF-8. */
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
