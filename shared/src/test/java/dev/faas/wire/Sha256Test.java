package dev.faas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class Sha256Test {
    /** NIST's example. */
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void givenTheStandardsExample_whenDigested_thenItIsTheStandardsDigest() {
        var abc = "abc".getBytes(StandardCharsets.US_ASCII);

        assertThat(Sha256.hex(abc)).isEqualTo(OF_ABC);
        assertThat(Sha256.hex("abc")).isEqualTo(OF_ABC);
        assertThat(Sha256.digest(abc)).isEqualTo(HexFormat.of().parseHex(OF_ABC));
    }

    @Test
    void givenAText_whenDigested_thenItIsThatOfItsUtf8() {
        assertThat(Sha256.digest("ä€")).isEqualTo(Sha256.digest("ä€".getBytes(StandardCharsets.UTF_8)));
    }
}
