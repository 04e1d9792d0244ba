package dev.faas.spawner.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class Utf8Test {

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "aé", "a☃", "a😀", "é☃😀"})
    void givenText_whenCutAnywhere_thenOnlyCompleteCharactersAreBeforeTheCut(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length <= bytes.length; length++) {
            int whole = Utf8.completeLength(bytes, length);

            assertThat(length - whole).isBetween(0, 3);
            assertThat(Utf8.decode(Arrays.copyOf(bytes, whole))).isPresent();
        }
        assertThat(Utf8.completeLength(bytes, bytes.length)).isEqualTo(bytes.length);
    }

    @Test
    void givenBytesThatAreNoText_whenCut_thenAllPassExceptAPossibleBeginningOfACharacter() {
        assertThat(Utf8.completeLength(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80}, 4))
                .isEqualTo(4);
        assertThat(Utf8.completeLength(new byte[] {(byte) 0xFF, (byte) 0xFE}, 2))
                .isEqualTo(2);
        assertThat(Utf8.completeLength(new byte[] {'a', (byte) 0xF0, (byte) 0x80}, 3))
                .isEqualTo(1);
        assertThat(Utf8.completeLength(new byte[] {(byte) 0xC0, (byte) 0x80}, 2))
                .isEqualTo(2);

        var random = new Random(5);
        for (int i = 0; i < 1000; i++) {
            var bytes = new byte[random.nextInt(1, 20)];
            random.nextBytes(bytes);
            assertThat(bytes.length - Utf8.completeLength(bytes, bytes.length)).isBetween(0, 3);
        }
    }

    @Test
    void givenBytesThatAreNoText_whenDecoded_thenThereIsNoText() {
        assertThat(Utf8.decode(new byte[] {(byte) 0xC3})).isEmpty();
        assertThat(Utf8.decode(new byte[] {'a', 0, 'b'})).contains("a\0b");
    }
}
