package dev.faas.spawner.docker.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.spawner.docker.init.Trailer.Cause;
import dev.faas.spawner.docker.init.Trailer.End;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.SecretValues;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class InitProtocolTest {

    private static final byte[] NONCE = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final Nonce RUN = Nonce.of(NONCE, 0);

    private static RunFrame frame(Map<String, String> variables, @Nullable String argument) {
        var timing = new RunFrame.Timing(0x0102030405060708L, Duration.ofSeconds(1), Duration.ofMillis(2));
        return new RunFrame(RUN, true, timing, 15, variables, argument);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    @Test
    void givenARun_whenItIsWritten_thenByteForByteAsTheProtocolSays() {
        assertThat(hex(InitProtocol.run(frame(Map.of("A", "ü"), "arg"))))
                .isEqualTo(
                        "04 52 00 00 38 00 00 00 " // version, R, length 56
                                + "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 " // nonce
                                + "01 00 00 00 e8 03 00 00 02 00 00 00 0f 00 01 00 " // reuse, timeout, grace, SIGTERM,
                                // 1 variable
                                + "08 07 06 05 04 03 02 01 " // not after
                                + "00 00 00 00 00 00 00 00 " // no secret
                                + "41 3d c3 bc 00 61 72 67"); // A=ü, arg
    }

    @Test
    void givenARunWithoutAnArgument_whenItIsWritten_thenAFlagTellsItFromTheEmptyArgument() {
        assertThat(hex(InitProtocol.run(frame(Map.of(), null)))).contains(" 03 00 00 00 e8 03 00 00 ");
        assertThat(hex(InitProtocol.run(frame(Map.of(), "")))).contains(" 01 00 00 00 e8 03 00 00 ");
    }

    @Test
    void givenSecrets_whenARunIsWritten_thenItHasThem_andItsTextHasNot() {
        var secrets = new SecretValues(
                Map.of("S", new byte[] {(byte) 0xff, '='}), Map.of("db", new byte[] {0, 1}, "e", new byte[0]));
        var timing = new RunFrame.Timing(0, Duration.ZERO, Duration.ZERO);
        var frame = new RunFrame(RUN, false, timing, 15, Map.of("A", "1"), secrets, "arg");

        assertThat(hex(InitProtocol.run(frame)))
                .startsWith("04 52 00 00 4b 00 00 00 ")
                .endsWith(
                        " 0f 00 02 00 00 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 " // 2 variables, 2 files
                                + "53 3d ff 3d 00 41 3d 31 00 " // S=…, A=1
                                + "64 62 00 02 00 00 00 00 01 65 00 00 00 00 00 61 72 67"); // db, e, arg
        assertThat(frame.toString()).contains("secrets=SecretValues[variables=[S], files=[db, e]]");
    }

    @Test
    void givenStopAndSignal_whenTheyAreWritten_thenByteForByteAsTheProtocolSays() {
        var nonce = "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 ";
        assertThat(hex(InitProtocol.stop(RUN, Duration.ofSeconds(10))))
                .isEqualTo("04 4b 00 00 14 00 00 00 " + nonce + "10 27 00 00");
        assertThat(hex(InitProtocol.signal(RUN, 10))).isEqualTo("04 53 00 00 14 00 00 00 " + nonce + "0a 00 00 00");
    }

    @Test
    void givenTimesOfLessThanAMillisecond_whenTheyAreWritten_thenRoundedUp() {
        assertThat(hex(InitProtocol.stop(RUN, Duration.ofNanos(1)))).endsWith("01 00 00 00");
        assertThat(hex(InitProtocol.stop(RUN, Duration.ZERO))).endsWith("00 00 00 00");
        assertThat(hex(InitProtocol.stop(RUN, Duration.ofDays(1000)))).endsWith("ff ff ff ff");
    }

    @Test
    void givenWhatNoEnvironmentOrCommandLineHolds_whenARunIsMadeOfIt_thenRefused() {
        for (var wrong : List.of(Map.of("", "x"), Map.of("A=B", "x"), Map.of("A\0", "x"), Map.of("A", "x\0y"))) {
            assertThatThrownBy(() -> frame(wrong, "")).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> frame(Map.of(), "a\0b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenATrailer_whenItIsRead_thenEveryFieldIsTaken() throws Exception {
        assertThat(Trailer.decode(InitBytes.trailer(NONCE, 1, 9, 0, 1 | 8 | 16 | 32)))
                .isEqualTo(new Trailer(
                        RUN,
                        new End.Signalled(9),
                        Cause.TIMEOUT,
                        new Trailer.Cleanup(true, true, false, true),
                        new Trailer.Counts(
                                3,
                                2,
                                Duration.ofNanos(1_500_000),
                                Duration.ofNanos(700_000),
                                4096,
                                new Trailer.Peak(9000, 8000))));
        assertThat(Trailer.decode(InitBytes.trailer(NONCE, 0, 255, 0, 2)).cause())
                .isEqualTo(Cause.STOPPED);
    }

    @Test
    void givenEachKindOfEnd_whenItIsRead_thenItIsKnown() throws Exception {
        assertThat(Trailer.decode(InitBytes.trailer(NONCE, 0, 255, 0, 0)).end()).isEqualTo(new End.Exited(255));
        assertThat(Trailer.decode(InitBytes.trailer(NONCE, 2, 127, 2, 0)).end()).isEqualTo(new End.NotExecuted(2, 127));
        assertThat(Trailer.decode(InitBytes.trailer(NONCE, 3, 0, 11, 0)).end()).isEqualTo(new End.NotForked(11));
        assertThat(Trailer.decode(InitBytes.trailer(NONCE, 4, 0, 0, 0)).end()).isEqualTo(new End.Refused());
        assertThat(Trailer.decode(InitBytes.trailer(NONCE, 5, 0, 0, 0)).end()).isEqualTo(new End.TooLate());
        assertThat(Trailer.decode(InitBytes.trailer(NONCE, 6, 0, 28, 0)).end()).isEqualTo(new End.NoSecrets(28));
    }

    @Test
    void givenATrailerOfAnotherVersionKindOrLength_whenItIsRead_thenItIsRefused() {
        var another = InitBytes.trailer(NONCE, 0, 0, 0, 0);
        another[16] = 1;
        for (var wrong : new byte[][] {another, InitBytes.trailer(NONCE, 7, 0, 0, 0), new byte[79]}) {
            assertThatThrownBy(() -> Trailer.decode(wrong)).isInstanceOf(EngineFault.class);
        }
    }

    @Test
    void givenAClockSeenAtReady_whenItIsReadLater_thenItHasGoneOnByThatTime() {
        var clock = new InitClock(1_000_000, 7_000);
        assertThat(clock.at(7_000, Duration.ofMillis(3))).isEqualTo(1_003_000);
        assertThat(clock.at(2_007_000, Duration.ZERO)).isEqualTo(1_002_000);
    }
}
