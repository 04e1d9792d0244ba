package dev.faas.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputSinkTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    /** @param pieces in hexadecimal, separated by a space */
    @ParameterizedTest
    @CsvSource(textBlock = """
            plain text,                      616209620a,                 'ab\tb\n'
            carriage return,                 610d62,                     a\\x0db
            a character in two pieces,       c3 bc,                      ü
            a colour in three pieces,        611b 5b33 316d62,           'a\u001b[31mb'
            a cursor movement in two pieces, 611b 5b324a,                a\\x1b[2J
            an open character at the end,    61c3,                       'a\ufffd'
            an open colour at the end,       611b5b33,                   a\\x1b[3
            """)
    void onATerminal_showsText(String what, String pieces, String shown) {
        var sink = new OutputSink(written::writeBytes, true);

        for (var piece : pieces.split(" ")) {
            sink.write(HexFormat.of().parseHex(piece));
        }
        sink.finish();

        assertThat(written.toString(StandardCharsets.UTF_8)).as(what).isEqualTo(shown);
        assertThat(sink.isBinary()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"ff", "6100", "c3 28"})
    void onATerminal_leavesBinaryOut(String pieces) {
        var sink = new OutputSink(written::writeBytes, true);

        for (var piece : pieces.split(" ")) {
            sink.write(HexFormat.of().parseHex(piece));
        }
        sink.finish();

        assertThat(sink.isBinary()).isTrue();
        assertThat(written.toByteArray()).isEmpty();
    }

    @Test
    void inAPipe_changesNothing() {
        var bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        var sink = new OutputSink(written::writeBytes, false);

        sink.write(bytes);
        sink.finish();

        assertThat(written.toByteArray()).isEqualTo(bytes);
    }
}
