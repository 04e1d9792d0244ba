package dev.faas.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.cli.Failure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1048576, 1048576",
        "100b, 100",
        "512k, 524288",
        "512K, 524288",
        "256m, 268435456",
        "256M, 268435456",
        "256mb, 268435456",
        "256MiB, 268435456",
        "1.5g, 1610612736",
        "2 g, 2147483648",
        "1t, 1099511627776",
        "999999999999t, 9223372036854775807"
    })
    void readsWhatDockerReads(String text, long bytes) {
        assertThat(Sizes.parse("--memory", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "-1m", "1x", "1.m", ".5m", "1mm", "1e3", "0x10"})
    void refusesOtherTexts(String text) {
        assertThatThrownBy(() -> Sizes.parse("--memory", text)).hasMessage("--memory: '%s' is not a size", text);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1048576, 1", "1048577, 2", "300k, 1", "0, 0"})
    void roundsUpToUnits(String text, long units) {
        assertThat(Sizes.parse("--memory", text, 1024 * 1024)).isEqualTo(units);
    }

    @ParameterizedTest
    @CsvSource({
        "512, -m: 512 is 512 bytes; allowed: 8m to 64g, Did you mean 512m?",
        "7, -m: 7 is 7 bytes; allowed: 8m to 64g, Write it like 256m or 1.5g.",
        "100000, -m: 100000 is 100000 bytes; allowed: 8m to 64g, Write it like 256m or 1.5g.",
    })
    void refusesAMemoryInBytesThatIsMeantInAnotherUnit(String text, String message, String advice) {
        assertThatThrownBy(() -> Sizes.memoryMb("-m", text))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.advice()).containsExactly(advice))
                .hasMessage(message);
        assertThat(Sizes.memoryMb("-m", "512m")).isEqualTo(512);
    }

    @ParameterizedTest
    @CsvSource({"0, 0b", "100, 100b", "1024, 1k", "268435456, 256m", "1610612736, 1536m", "1099511627776, 1t"})
    void writesTheLargestWholeUnit(long bytes, String text) {
        assertThat(Sizes.render(bytes)).isEqualTo(text);
        assertThat(Sizes.parse("--memory", text)).isEqualTo(bytes);
    }
}
