package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunOutputTest {

    private static final String FATAL = "[FATAL tini (7)] exec /opt/function failed: No such file or directory\n";

    private final RecordedOutput recorded = new RecordedOutput();
    private final RunOutput output = new RunOutput(recorded);

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 14, 30, 1000})
    void givenInitsLineInPieces_whenEndedWith127_thenItIsAStartFailureAndNoLog(int pieces) {
        for (int i = 0; i < FATAL.length(); i += pieces) {
            stderr(FATAL.substring(i, Math.min(FATAL.length(), i + pieces)));
        }

        assertThat(output.startFailure(127))
                .hasValueSatisfying(detail ->
                        assertThat(detail).startsWith("cannot execute /opt/function: No such file or directory"));
        assertThat(recorded.stderr()).isEmpty();
    }

    @Test
    void givenInitsLine_whenEndedOtherwise_thenItIsTheFunctionsOwnLog() {
        stderr(FATAL);

        assertThat(output.startFailure(3)).isEmpty();
        output.release();
        assertThat(recorded.stderrText()).isEqualTo(FATAL);
    }

    @Test
    void givenMoreAfterInitsLine_whenEnded_thenItIsTheFunctionsOwnLog() {
        stderr(FATAL);
        stderr("more");

        assertThat(output.startFailure(127)).isEmpty();
        output.release();
        assertThat(recorded.stderrText()).isEqualTo(FATAL + "more");
    }

    @Test
    void givenStdoutAfterInitsLine_whenEnded_thenBothArePassedOn() {
        stderr(FATAL);
        output.accept(new Frame(StreamType.STDOUT, "out".getBytes(StandardCharsets.UTF_8)));

        assertThat(output.startFailure(127)).isEmpty();
        output.release();
        assertThat(recorded.stderrText()).isEqualTo(FATAL);
        assertThat(recorded.stdoutText()).isEqualTo("out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "[", "[FATAL tini", "[FATAL error]", "[INFO tini (7)] exec"})
    void givenOtherStderr_whenReleased_thenNothingIsLost(String text) {
        stderr(text);
        output.release();

        assertThat(recorded.stderrText()).isEqualTo(text);
    }

    @Test
    void givenAFloodThatBeginsLikeInitsLine_whenWritten_thenItIsNotHeldBackForLong() {
        stderr("[FATAL tini (");
        stderr("x".repeat(5000));

        assertThat(recorded.stderr()).hasSize(5013);
    }

    @Test
    void givenARunThatIsOver_whenTheStreamGoesOn_thenTheSinkHearsNothing() {
        stderr("before");
        output.mute();
        stderr("after");

        assertThat(recorded.stderrText()).isEqualTo("before");
    }

    private void stderr(String text) {
        output.accept(new Frame(StreamType.STDERR, text.getBytes(StandardCharsets.UTF_8)));
    }
}
