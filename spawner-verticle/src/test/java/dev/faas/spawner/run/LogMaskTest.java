package dev.faas.spawner.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.OutputSink.Stream;
import dev.faas.spawner.engine.RecordedOutput;
import dev.faas.spawner.engine.SecretValues;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogMaskTest {
    private static SecretValues secrets(List<String> values) {
        var files = new HashMap<String, byte[]>();
        values.forEach(value -> files.put("s" + files.size(), value.getBytes(UTF_8)));
        return new SecretValues(Map.of(), files);
    }

    private static String masked(List<String> values, List<String> pieces) {
        var output = new RecordedOutput();
        var mask = new LogMask(secrets(values), output);
        for (var piece : pieces) {
            var bytes = piece.getBytes(UTF_8);
            mask.write(Stream.STDERR, bytes, 0, bytes.length);
        }
        mask.end();
        return output.stderrText();
    }

    /** In both: , between secrets or pieces, / for a line end. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            password1           | a password1 b            | a *** b
            password1           | pass,word,1              | ***
            password1           | p,a,s,s,w,o,r,d,1,2      | ***2
            password1           | password                 | password
            password1           | password,2               | password2
            password1           | passpassword1            | pass***
            password1           | password1password1       | ******
            password1           | password1,password1      | ******
            password1,password  | password1 password2      | *** ***2
            password,sword1234  | a password1234 b         | a *** b
            abcabcabd           | abcabcabcabd             | abc***
            1234567             | 1234567                  | 1234567
            12345678            | 12345678                 | ***
            first-line/second-line | second-line/first-line | ***/***
            first-line/second-line | first-line/second-line | ***
            a/b/cdefg           | a/b/cdefg a/b            | *** a/b
            with-its-end/       | with-its-end/next        | ***/next
            pässwörd            | pä,sswörd                | ***
            """)
    void givenSecretsInALog_whenItPasses_thenStarsAreInTheirPlace(String values, String pieces, String expected) {
        var lines = Arrays.stream(values.split(","))
                .map(value -> value.replace('/', '\n'))
                .toList();

        assertThat(masked(lines, List.of(pieces.replace('/', '\n').split(",")))).isEqualTo(expected.replace('/', '\n'));
    }

    @Test
    void givenCarriageReturns_whenALineOfAValueIsLogged_thenItIsFound() {
        assertThat(masked(List.of("first-line\r\nsecond-line\r\n"), List.of("[second-line]\r\n")))
                .isEqualTo("[***]\r\n");
    }

    @Test
    void givenWhatMayBeginASecret_whenItDoesNotGoOn_thenItComesAtTheNextByte_orAtTheEnd() {
        var output = new RecordedOutput();
        var mask = new LogMask(secrets(List.of("password1")), output);
        mask.write(Stream.STDERR, "so pass".getBytes(UTF_8), 0, 7);
        assertThat(output.stderrText()).isEqualTo("so ");
        mask.write(Stream.STDERR, "t".getBytes(UTF_8), 0, 1);
        assertThat(output.stderrText()).isEqualTo("so passt");
        mask.write(Stream.STDERR, "pas".getBytes(UTF_8), 0, 3);
        mask.end();
        assertThat(output.stderrText()).isEqualTo("so passtpas");
    }

    @Test
    void givenASecretOnStdout_whenItPasses_thenItIsAsWritten() {
        var output = new RecordedOutput();
        var mask = new LogMask(secrets(List.of("password1")), output);
        mask.write(Stream.STDOUT, "password1".getBytes(UTF_8), 0, 9);
        assertThat(output.stdoutText()).isEqualTo("password1");
    }

    /** Few different bytes, so that secrets overlap, and begin in each other. */
    @Test
    void givenRandomSecretsAndLogs_whenCutAnywhere_thenNoSecretIsLeft_andNothingElseIsLost() {
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            var values = List.of(text(random, 8 + random.nextInt(4)), text(random, 8 + random.nextInt(20)));
            var log = text(random, 200);
            int cut = random.nextInt(log.length());
            var pieces = List.of(log.substring(0, cut), log.substring(cut));

            assertThat(masked(values, pieces)).as("seed %d", seed).isEqualTo(byPositions(values, log));
        }
    }

    private static String text(Random random, int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(100) / 70));
        }
        return text.toString();
    }

    /** Overlapping secrets get the stars of one. */
    private static String byPositions(List<String> values, String log) {
        var isSecret = new boolean[log.length()];
        var begins = new boolean[log.length() + 1];
        int end = 0;
        for (int i = 0; i < log.length(); i++) {
            for (var value : values) {
                if (log.startsWith(value, i)) {
                    begins[i] |= i >= end;
                    end = Math.max(end, i + value.length());
                    Arrays.fill(isSecret, i, i + value.length(), true);
                }
            }
        }
        var text = new StringBuilder();
        for (int i = 0; i < log.length(); i++) {
            text.append(begins[i] ? "***" : isSecret[i] ? "" : log.substring(i, i + 1));
        }
        return text.toString();
    }

    /** A function cannot keep its spawner busy by a log that nearly has its secret, again and again. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void givenTheLargestSecretAndALogOfItsBeginnings_whenItPasses_thenEachByteIsLookedAtOnce() {
        var almost = "a".repeat(65_535);
        var log = (almost + "c").repeat(64);

        assertThat(masked(List.of(almost + "b", ("ab".repeat(4) + "\n").repeat(7_000)), List.of(log)))
                .isEqualTo(log);
    }
}
