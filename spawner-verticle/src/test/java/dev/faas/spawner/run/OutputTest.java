package dev.faas.spawner.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.spawner.engine.OutputSink.Stream;
import dev.faas.wire.FunctionSpec.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests a run's output against a stream in memory that answers when the test lets it. */
final class OutputTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private final FakeChannel channel = new FakeChannel();

    private Output output(int resultKb, int logKb) {
        return new Output(
                "activation-1",
                "run-1",
                new Limits(128, 1, 128, 300, resultKb, logKb),
                channel,
                InstantSource.system());
    }

    private static void write(Output output, Stream stream, byte[] bytes) {
        output.write(stream, bytes, 0, bytes.length);
    }

    private static void write(Output output, Stream stream, String text) {
        write(output, stream, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] random(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void givenARunInProgress_whenItHasWritten_thenThatIsStoredBeforeItsEnd() throws Exception {
        try (var output = output(1, 1)) {
            output.startPublishing();
            write(output, Stream.STDERR, "loading");

            var chunk = channel.next();
            assertThat(chunk.source()).isEqualTo(Source.STDERR);
            assertThat(new String(chunk.bytes(), StandardCharsets.UTF_8)).isEqualTo("loading");
        }
    }

    @Test
    void givenShortText_whenEnded_thenItIsTheInlineResultAndTheLastSequenceIsThatOfTheLastChunk() throws Exception {
        var output = output(1, 1);
        write(output, Stream.STDOUT, "reßult");
        write(output, Stream.STDERR, "log");

        var summary = output.finish(LONG);

        assertThat(summary).isEqualTo(new Output.Summary("reßult", 7, false, 3, false, 2));
        assertThat(channel.bytes(Source.STDOUT))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("reßult");
    }

    @Test
    void givenNothing_whenEnded_thenTheResultIsTheEmptyText() throws Exception {
        assertThat(output(1, 1).finish(LONG)).isEqualTo(new Output.Summary("", 0, false, 0, false, 0));
    }

    @Test
    void givenSixtyFourKibibytesOfTextAndOneMore_whenEnded_thenOnlyTheFirstFitsTheRecord() throws Exception {
        var fits = output(65, 1);
        write(fits, Stream.STDOUT, "x".repeat(64 * 1024));
        assertThat(fits.finish(LONG).result()).hasSize(64 * 1024);

        var tooLong = output(65, 1);
        write(tooLong, Stream.STDOUT, "x".repeat(64 * 1024 + 1));
        var summary = tooLong.finish(LONG);
        assertThat(summary.result()).isNull();
        assertThat(summary.resultBytes()).isEqualTo(64 * 1024 + 1);
        assertThat(summary.resultTruncated()).isFalse();
    }

    @Test
    void givenBytesThatAreNoText_whenEnded_thenTheyAreStoredAndNotInline() throws Exception {
        var output = output(8, 1);
        var bytes = random(5000);
        write(output, Stream.STDOUT, bytes);

        var summary = output.finish(LONG);

        assertThat(summary.result()).isNull();
        assertThat(summary.resultBytes()).isEqualTo(5000);
        assertThat(channel.bytes(Source.STDOUT)).isEqualTo(bytes);
    }

    @Test
    void givenMoreThanTheCaps_whenEnded_thenExactlyTheCapsAreStoredAndBothSaySo() throws Exception {
        var output = output(100, 1);
        var out = random(300 * 1024);
        var err = random(2000);
        write(output, Stream.STDOUT, out);
        write(output, Stream.STDERR, err);

        var summary = output.finish(LONG);

        assertThat(summary.result()).isNull();
        assertThat(summary.resultBytes()).isEqualTo(100 * 1024);
        assertThat(summary.resultTruncated()).isTrue();
        assertThat(summary.logBytes()).isEqualTo(1024);
        assertThat(summary.logTruncated()).isTrue();
        assertThat(channel.bytes(Source.STDOUT)).isEqualTo(Arrays.copyOf(out, 100 * 1024));
        assertThat(channel.bytes(Source.STDERR)).isEqualTo(Arrays.copyOf(err, 1024));
    }

    @Test
    void givenManyCharactersOfThreeBytes_whenCutIntoChunks_thenEachChunkIsTextByItself() throws Exception {
        var output = output(1024, 1);
        write(output, Stream.STDOUT, "☃".repeat(100_000));

        output.finish(LONG);

        assertThat(channel.storedChunks()).hasSizeGreaterThan(4).allSatisfy(chunk -> {
            assertThat(chunk.bytes().length).isLessThanOrEqualTo(OutputChunk.MAX_BYTES);
            assertThat(Utf8.decode(chunk.bytes())).isPresent();
        });
        assertThat(channel.bytes(Source.STDOUT)).hasSize(300_000);
    }

    @Test
    void givenABusThatDoesNotAnswer_whenMuchIsWritten_thenTheWriterWaitsUntilTheClose() throws Exception {
        channel.hold();
        var output = output(4096, 1);
        var written = CompletableFuture.runAsync(() -> write(output, Stream.STDOUT, random(2 << 20)));
        channel.next();
        assertThat(written).isNotDone();

        output.close();

        assertThat(written).succeedsWithin(Duration.ofSeconds(10));
        assertThat(channel.unseen()).isZero();
    }

    @Test
    void givenABusThatDoesNotAnswer_whenTheEndHasWaitedLongEnough_thenWhatIsNotStoredCountsAsTruncated()
            throws Exception {
        channel.hold();
        var output = output(1024, 1);
        write(output, Stream.STDOUT, random(100));
        write(output, Stream.STDERR, "log");

        var summary = output.finish(Duration.ofMillis(200));

        assertThat(summary).isEqualTo(new Output.Summary(null, 0, true, 0, true, 0));
    }

    @Test
    void givenTextThatWasNotStored_whenItFitsTheRecord_thenItIsNotLost() throws Exception {
        channel.hold();
        var output = output(1024, 1);
        write(output, Stream.STDOUT, "whole");

        assertThat(output.finish(Duration.ofMillis(200))).isEqualTo(new Output.Summary("whole", 5, false, 0, false, 0));
    }
}
