package dev.faas.spawner.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.OutputSink.Stream;
import dev.faas.spawner.engine.RecordedOutput;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReadOnlyHintTest {
    private final RecordedOutput output = new RecordedOutput();
    private final ReadOnlyHint hint = new ReadOnlyHint(output);

    private void write(Stream stream, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        hint.write(stream, bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sh: can't create /a: Read-only file system",
                "OSError: [Errno 30] Read-only file system: '/a'",
                "open /a: read-only file system",
                "Error: EROFS: read-only file system, open '/a'",
                "java.io.FileNotFoundException: /a (Read-only file system)",
            })
    void givenMessagesOfRuntimes_whenWrittenToStderr_thenThereIsAHint(String message) {
        write(Stream.STDERR, "begun\n" + message + "\n");

        assertThat(hint.hint()).get().asString().contains("readOnlyRoot");
        assertThat(output.stderrText()).isEqualTo("begun\n" + message + "\n");
    }

    @Test
    void givenASplitMessage_whenWritten_thenItIsFound() {
        for (var piece : "error: Read-only file system".split("")) {
            write(Stream.STDERR, piece);
            write(Stream.STDOUT, "x");
        }

        assertThat(hint.hint()).isPresent();
    }

    @Test
    void givenOtherTextOrStdout_whenWritten_thenThereIsNoHint() {
        write(Stream.STDERR, "No space left on device\nRead-only file");
        write(Stream.STDOUT, "Read-only file system");

        assertThat(hint.hint()).isEmpty();
    }
}
