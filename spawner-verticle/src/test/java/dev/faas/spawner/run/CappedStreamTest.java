package dev.faas.spawner.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.OutputChunk;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class CappedStreamTest {
    private static final long LINGER = CappedStream.LINGER_NANOS;

    private static int take(CappedStream stream, String text, long now) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return stream.take(bytes, 0, bytes.length, now);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void givenAFewBytes_whenMoreCome_thenTheChunkIsDueTwentyFiveMillisecondsAfterTheFirst() {
        var stream = new CappedStream(1000);
        assertThat(stream.dueAt()).isEmpty();

        take(stream, "a", 100);
        take(stream, "b", 100 + LINGER / 2);

        assertThat(stream.dueAt()).hasValue(100 + LINGER);
        assertThat(text(stream.cut(false, 100 + LINGER))).isEqualTo("ab");
        assertThat(stream.dueAt()).isEmpty();
    }

    @Test
    void givenAFullChunk_whenAsked_thenItIsDueAtOnceAndTakesNoMore() {
        var stream = new CappedStream(1 << 20);

        int taken = take(stream, "x".repeat(OutputChunk.MAX_BYTES + 10), 100);

        assertThat(taken).isEqualTo(OutputChunk.MAX_BYTES);
        assertThat(stream.dueAt()).hasValue(100);
        assertThat(take(stream, "y", 101)).isZero();
        assertThat(stream.cut(false, 102)).hasSize(OutputChunk.MAX_BYTES);
        assertThat(take(stream, "y", 103)).isEqualTo(1);
    }

    @Test
    void givenHalfACharacter_whenCut_thenItStaysForTheNextChunkButNotAtTheEnd() {
        var snowman = "☃".getBytes(StandardCharsets.UTF_8);
        var stream = new CappedStream(1000);
        take(stream, "a", 100);
        stream.take(snowman, 0, 2, 101);

        assertThat(text(stream.cut(false, 102))).isEqualTo("a");
        assertThat(stream.dueAt()).isEmpty();
        stream.take(snowman, 2, 1, 103);
        assertThat(stream.dueAt()).hasValue(102 + LINGER);
        assertThat(text(stream.cut(false, 104))).isEqualTo("☃");

        stream.take(snowman, 0, 2, 105);
        assertThat(stream.isEmpty()).isFalse();
        assertThat(stream.cut(true, 106)).hasSize(2);
    }

    @Test
    void givenACap_whenMoreIsWritten_thenExactlyTheCapIsKeptAndTheRestDropped() {
        var stream = new CappedStream(5);

        assertThat(take(stream, "abc", 1)).isEqualTo(3);
        assertThat(take(stream, "def", 2)).isEqualTo(2);
        assertThat(stream.isTruncated()).isFalse();
        assertThat(take(stream, "f", 3)).isEqualTo(1);
        assertThat(stream.isTruncated()).isTrue();
        assertThat(stream.keptBytes()).isEqualTo(5);
        assertThat(text(stream.cut(true, 4))).isEqualTo("abcde");
    }

    @Test
    void givenExactlyTheCap_whenWritten_thenNothingIsTruncated() {
        var stream = new CappedStream(5);

        take(stream, "abcde", 1);
        stream.take(new byte[0], 0, 0, 2);

        assertThat(stream.isTruncated()).isFalse();
    }
}
