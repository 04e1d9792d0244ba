package dev.faas.spawner.docker.init;

import static dev.faas.spawner.docker.init.InitBytes.concat;
import static dev.faas.spawner.docker.init.InitBytes.ready;
import static dev.faas.spawner.docker.init.InitBytes.trailer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.spawner.engine.EngineFault;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TrailerScannerTest {

    private static final byte[] NO_RUN = new byte[16];
    private static final byte[] NONCE = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    /** Overlaps itself, so that a nonce can begin within the beginning of another. */
    private static final byte[] PERIODIC = "ababababababababab".substring(0, 16).getBytes(StandardCharsets.US_ASCII);

    private static final byte[] ALL_THE_SAME = "aaaaaaaaaaaaaaaa".getBytes(StandardCharsets.US_ASCII);

    private static final class Recorded implements TrailerScanner.Sink {
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final List<Trailer> trailers = new ArrayList<>();
        final List<Long> clocks = new ArrayList<>();
        final List<String> failures = new ArrayList<>();

        @Override
        public void output(byte[] bytes, int offset, int length) {
            assertThat(length).isPositive();
            output.write(bytes, offset, length);
        }

        @Override
        public void ready(InitClock clock) {
            clocks.add(clock.readyMicros());
        }

        @Override
        public void failed(RootNotBuilt why) {
            failures.add(why.getMessage());
        }

        @Override
        public void trailer(Trailer trailer) {
            trailers.add(trailer);
        }
    }

    private final Recorded recorded = new Recorded();

    private TrailerScanner scannerInRun(byte[] nonce) throws EngineFault {
        var scanner = TrailerScanner.ofStdout(recorded);
        feed(scanner, ready(NO_RUN, 5));
        scanner.begin(Nonce.of(nonce, 0));
        return scanner;
    }

    private static void feed(TrailerScanner scanner, byte[] bytes) throws EngineFault {
        scanner.feed(bytes, 0, bytes.length);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void givenOutputAndATrailer_whenTheyAreCutAnywhereIntoThree_thenEachIsTakenForWhatItIs() throws Exception {
        var output = utf8("out 0123456789abcde 0123 put01");
        var stream = concat(output, trailer(NONCE, 0, 7, 0, 0));
        for (int first = 0; first <= stream.length; first++) {
            for (int second = first; second <= stream.length; second++) {
                var sink = new Recorded();
                var scanner = TrailerScanner.ofStderr(sink);
                scanner.begin(Nonce.of(NONCE, 0));
                scanner.feed(stream, 0, first);
                scanner.feed(stream, first, second - first);
                scanner.feed(stream, second, stream.length - second);
                assertThat(sink.output.toByteArray()).isEqualTo(output);
                assertThat(sink.trailers)
                        .singleElement()
                        .satisfies(t -> assertThat(t.end()).isEqualTo(new Trailer.End.Exited(7)));
            }
        }
    }

    @Test
    void givenAReadyRightAfterTheTrailer_whenTheyAreCutAnywhere_thenBothAreReadAndTheNextRunCanBegin()
            throws Exception {
        var stream = concat(utf8("one"), trailer(NONCE, 0, 0, 0, 0), ready(NONCE, 77));
        for (int cut = 0; cut <= stream.length; cut++) {
            var sink = new Recorded();
            var scanner = TrailerScanner.ofStdout(sink);
            feed(scanner, ready(NO_RUN, 5));
            scanner.begin(Nonce.of(NONCE, 0));
            scanner.feed(stream, 0, cut);
            scanner.feed(stream, cut, stream.length - cut);
            scanner.begin(Nonce.of(PERIODIC, 0));
            feed(scanner, concat(utf8("two"), trailer(PERIODIC, 1, 9, 0, 0)));
            assertThat(sink.output.toString(StandardCharsets.UTF_8)).isEqualTo("onetwo");
            assertThat(sink.clocks).containsExactly(5L, 77L);
            assertThat(sink.trailers).hasSize(2);
        }
    }

    @Test
    void givenNoncesThatOverlapThemselves_whenOutputIsMadeOfTheirPieces_thenItIsExactForEveryLengthAndCut()
            throws Exception {
        for (var nonce : List.of(PERIODIC, ALL_THE_SAME, NONCE)) {
            var random = new Random(11);
            for (int round = 0; round < 3000; round++) {
                var output = pieces(nonce, random);
                var stream = concat(output, trailer(nonce, 0, 0, 0, 0));
                var sink = new Recorded();
                var scanner = TrailerScanner.ofStderr(sink);
                scanner.begin(Nonce.of(nonce, 0));
                for (int at = 0; at < stream.length; ) {
                    int length = Math.min(stream.length - at, 1 + random.nextInt(20));
                    scanner.feed(stream, at, length);
                    at += length;
                }
                assertThat(sink.trailers).hasSize(1);
                assertThat(sink.output.toByteArray()).isEqualTo(output);
            }
        }
    }

    /** Beginnings of the nonce, each followed by a byte that no nonce has. */
    private static byte[] pieces(byte[] nonce, Random random) {
        var output = new ByteArrayOutputStream();
        for (int i = random.nextInt(6); i > 0; i--) {
            output.write(nonce, 0, random.nextInt(nonce.length));
            output.write('#');
        }
        return output.toByteArray();
    }

    @Test
    void givenOutputThatCannotBeginTheNonce_whenItArrives_thenNothingIsHeldBack() throws Exception {
        var scanner = scannerInRun(NONCE);
        feed(scanner, utf8("progress 0"));
        assertThat(recorded.output.toString(StandardCharsets.UTF_8)).isEqualTo("progress ");
        feed(scanner, utf8("%"));
        assertThat(recorded.output.toString(StandardCharsets.UTF_8)).isEqualTo("progress 0%");
    }

    @Test
    void givenOutputThatEndsLikeTheNonce_whenTheStreamIsOver_thenItWasOutputAndATrailerIsMissing() throws Exception {
        var scanner = scannerInRun(NONCE);
        feed(scanner, utf8("out0123456"));
        assertThat(recorded.output.toString(StandardCharsets.UTF_8)).isEqualTo("out");
        assertThat(scanner.endOfStream()).isFalse();
        assertThat(recorded.output.toString(StandardCharsets.UTF_8)).isEqualTo("out0123456");
    }

    @Test
    void givenATrailer_whenTheStreamEnds_thenNothingIsMissing() throws Exception {
        var scanner = scannerInRun(NONCE);
        feed(scanner, trailer(NONCE, 0, 0, 0, 0));
        assertThat(scanner.endOfStream()).isTrue();
    }

    @Test
    void givenHalfATrailer_whenTheStreamIsOver_thenATrailerIsMissing() throws Exception {
        var scanner = scannerInRun(NONCE);
        feed(scanner, Arrays.copyOf(trailer(NONCE, 0, 0, 0, 0), 79));
        assertThat(scanner.endOfStream()).isFalse();
    }

    @Test
    void givenTrailersOfOtherRuns_whenTheFunctionWritesThem_thenTheyAreOutput() throws Exception {
        var scanner = scannerInRun(NONCE);
        var forged = concat(trailer(PERIODIC, 0, 0, 0, 0), ready(NO_RUN, 1), ready(NONCE, 1));
        feed(scanner, concat(forged, trailer(NONCE, 0, 1, 0, 0)));
        assertThat(recorded.output.toByteArray()).isEqualTo(forged);
        assertThat(recorded.trailers).hasSize(1);
        assertThat(recorded.clocks).hasSize(1);
    }

    @Test
    void givenAnotherProgramThanInit_whenItWrites_thenTheSandboxIsRefused() {
        for (var said : List.of(utf8("exec /.faas/init: no such file or directory\n"), ready(NONCE, 5), new byte[40])) {
            assertThatThrownBy(() -> feed(TrailerScanner.ofStdout(recorded), said))
                    .isInstanceOf(EngineFault.class);
        }
        assertThat(recorded.clocks).isEmpty();
    }

    @Test
    void givenNoRun_whenSomethingIsWritten_thenTheSandboxIsRefused() throws Exception {
        var booted = TrailerScanner.ofStdout(recorded);
        feed(booted, ready(NO_RUN, 5));
        assertThatThrownBy(() -> feed(booted, new byte[1])).isInstanceOf(EngineFault.class);
        assertThatThrownBy(() -> feed(TrailerScanner.ofStderr(recorded), new byte[1]))
                .isInstanceOf(EngineFault.class);
    }

    @Test
    void givenARunThatHasEnded_whenReadyNamesAnotherOrSomethingElseComes_thenTheSandboxIsRefused() throws Exception {
        for (var said :
                List.of(ready(PERIODIC, 5), ready(NO_RUN, 5), utf8("late output of a process that was killed"))) {
            var scanner = scannerInRun(NONCE);
            feed(scanner, trailer(NONCE, 0, 0, 0, 0));
            assertThatThrownBy(() -> feed(scanner, said)).isInstanceOf(EngineFault.class);
        }
    }

    @Test
    void givenNoReadyYet_whenARunBegins_thenItIsRefused() {
        var scanner = TrailerScanner.ofStdout(recorded);
        assertThatThrownBy(() -> scanner.begin(Nonce.random())).isInstanceOf(IllegalStateException.class);
    }

    /** Only the run's own trailer counts as one, and no byte is lost or doubled. */
    @Test
    void givenNoiseMadeOfInitsMessages_whenItIsFedInAnyPieces_thenOutputIsExactOrTheSandboxRefused() {
        var random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            var nonce = new byte[16];
            random.nextBytes(nonce);
            var output = noise(random, nonce);
            var rest = random.nextInt(3) == 0 ? noise(random, nonce) : new byte[0];
            var stream = concat(output, trailer(nonce, random.nextInt(6), random.nextInt(256), 0, 0), rest);
            if (indexOf(stream, nonce) < output.length) {
                continue; // the pieces happen to form the nonce, which a function could only guess
            }
            var sink = new Recorded();
            var scanner = TrailerScanner.ofStdout(sink);
            try {
                feed(scanner, ready(NO_RUN, 5));
                scanner.begin(Nonce.of(nonce, 0));
                for (int at = 0; at < stream.length; ) {
                    int length = Math.min(stream.length - at, 1 + random.nextInt(100));
                    scanner.feed(stream, at, length);
                    at += length;
                }
            } catch (EngineFault e) {
                refused++;
            }
            assertThat(sink.trailers).hasSize(1);
            assertThat(sink.output.toByteArray()).isEqualTo(output);
        }
        assertThat(refused).isPositive();
    }

    @Test
    void givenAReadyWithAFailedStep_whenItArrives_thenTheStepIsReportedAndNoReadiness() throws EngineFault {
        var ready = ready(NO_RUN, 5);
        ready[32] = 4;
        ready[34] = 22;
        feed(TrailerScanner.ofStdout(recorded), ready);
        assertThat(recorded.failures).containsExactly("an overlay on the container's root: Invalid argument");
        assertThat(recorded.clocks).isEmpty();
    }

    private static int indexOf(byte[] stream, byte[] nonce) {
        int at = 0;
        while (!Arrays.equals(stream, at, at + nonce.length, nonce, 0, nonce.length)) {
            at++;
        }
        return at;
    }

    /** Pieces of trailers, of READY, of the nonce without its last byte, and random bytes. */
    private static byte[] noise(Random random, byte[] nonce) {
        var noise = new ByteArrayOutputStream();
        var almost = nonce.clone();
        almost[15]++;
        for (int i = random.nextInt(8); i > 0; i--) {
            var piece = switch (random.nextInt(4)) {
                case 0 -> trailer(almost, 0, 0, 0, 0);
                case 1 -> ready(nonce, random.nextLong());
                case 2 -> almost;
                default -> {
                    var bytes = new byte[random.nextInt(100)];
                    random.nextBytes(bytes);
                    yield bytes;
                }
            };
            noise.write(piece, 0, random.nextInt(piece.length + 1));
        }
        return noise.toByteArray();
    }

    @Test
    void givenTrailersWithAnyByteChanged_whenTheyAreRead_thenRefusedOnlyForVersionOrKind() {
        var random = new Random(6);
        for (int round = 0; round < 20_000; round++) {
            var trailer = trailer(NONCE, random.nextInt(8), random.nextInt(256), random.nextInt(), random.nextInt());
            trailer[16 + random.nextInt(64)] = (byte) random.nextInt(256);
            try {
                assertThat(Trailer.decode(trailer).nonce()).isEqualTo(Nonce.of(NONCE, 0));
            } catch (EngineFault e) {
                assertThat(trailer[16] == 3 && trailer[17] >= 0 && trailer[17] < 6)
                        .isFalse();
            }
        }
    }
}
