package dev.faas.http.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.content.ByteRange.Requested;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110, 14.1.2 and 14.2, on a body of 10,000 bytes. */
class ByteRangeTest {
    private static final int LENGTH = 10_000;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bytes=0-499              | 0    | 500
            bytes=500-999            | 500  | 1000
            bytes=-500               | 9500 | 10000
            bytes=9500-              | 9500 | 10000
            bytes=0-0                | 0    | 1
            bytes=-1                 | 9999 | 10000
            bytes=9999-              | 9999 | 10000
            bytes=0-                 | 0    | 10000
            bytes=0-9999             | 0    | 10000
            bytes=9000-10000         | 9000 | 10000
            bytes=0-999999999999     | 0    | 10000
            bytes=-10001             | 0    | 10000
            BYTES=1-2                | 1    | 3
            bytes= 1-2               | 1    | 3
            bytes=1-2,               | 1    | 3
            """)
    void givenARangeThatIsThereWhenReadThenItIsThesePart(String header, long from, long to) {
        assertThat(ByteRange.of(List.of(header), LENGTH)).isEqualTo(new Requested.Part(new ByteRange(from, to)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10000-", "bytes=10000-10001", "bytes=-0", "bytes=999999999999999999-"})
    void givenARangeBehindTheEndWhenReadThenThereIsNothing(String header) {
        assertThat(ByteRange.of(List.of(header), LENGTH)).isEqualTo(new Requested.Unsatisfiable());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=2-1",
                "bytes=-",
                "bytes=",
                "bytes",
                "bytes=a-b",
                "bytes=1-2-3",
                "bytes=--1",
                "bytes=0x1-2",
                "bytes=1-2,4-5",
                "bytes=9999999999999999999999-",
                "bytes 1-2",
                "items=1-2",
                ""
            })
    void givenSomethingElseOrSeveralRangesWhenReadThenItIsTheWhole(String header) {
        assertThat(ByteRange.of(List.of(header), LENGTH)).isEqualTo(new Requested.Whole());
    }

    @Test
    void givenTwoHeadersOrNoByteAtAllWhenReadThenItIsTheWhole() {
        assertThat(ByteRange.of(List.of("bytes=0-1", "bytes=2-3"), LENGTH)).isEqualTo(new Requested.Whole());
        assertThat(ByteRange.of(List.of(), LENGTH)).isEqualTo(new Requested.Whole());
        assertThat(ByteRange.of(List.of("bytes=0-"), 0)).isEqualTo(new Requested.Whole());
    }

    @Test
    void givenAPartWhenItIsToldThenItNamesItsLastByte() {
        assertThat(new ByteRange(500, 1000).contentRange(LENGTH)).isEqualTo("bytes 500-999/10000");
    }
}
