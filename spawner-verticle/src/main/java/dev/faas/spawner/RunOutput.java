package dev.faas.spawner;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import dev.faas.spawner.OutputSink.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the attached stream to the sink and never stops taking: an attach that nobody reads blocks dockerd's control of
 * the container for minutes. Used by the stream's thread, and after the stream's end by the run's.
 *
 * <p>A command that cannot be executed is reported by Docker's init (tini), as one line on stderr and nothing else.
 * Stderr that begins like that line is held back until it is clear which of the two it is. A function may write the
 * same: then its own record says "start failed".
 */
final class RunOutput {

    private static final Logger log = LoggerFactory.getLogger(RunOutput.class);
    private static final byte[] INIT = "[FATAL tini (".getBytes(StandardCharsets.US_ASCII);
    private static final int HELD_AT_MOST = 4096;
    private static final Pattern NOT_EXECUTED =
            Pattern.compile("\\[FATAL tini \\(\\d+\\)] exec (.+) failed: ([^\\n]+)\\n", Pattern.DOTALL);

    private final OutputSink sink;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private volatile boolean passing;
    private volatile boolean muted;

    RunOutput(OutputSink sink) {
        this.sink = sink;
    }

    void accept(Frame frame) {
        var bytes = frame.getPayload();
        if (bytes.length == 0) {
            return;
        }
        var stream = frame.getStreamType() == StreamType.STDERR ? Stream.STDERR : Stream.STDOUT;
        if (passing) {
            pass(stream, bytes);
        } else if (stream == Stream.STDERR && couldBeInit(bytes)) {
            held.writeBytes(bytes);
        } else {
            release();
            pass(stream, bytes);
        }
    }

    /** What init said, when it said that it could not execute the command. */
    Optional<String> startFailure(int exitCode) {
        if (passing || !(exitCode == 127 || exitCode == 126 || exitCode == 1)) {
            return Optional.empty();
        }
        var said = NOT_EXECUTED.matcher(held.toString(StandardCharsets.UTF_8));
        if (!said.matches()) {
            return Optional.empty();
        }
        var hint = exitCode == 127 ? " (it, or the interpreter it names, is not in the image)" : "";
        return Optional.of("cannot execute %s: %s%s".formatted(said.group(1), said.group(2), hint));
    }

    /** Lets go of what was held back, if anything still is. */
    void release() {
        if (passing) {
            return;
        }
        passing = true;
        if (held.size() > 0) {
            pass(Stream.STDERR, held.toByteArray());
        }
    }

    /** The sink gets nothing any more, should the stream go on. */
    void mute() {
        muted = true;
    }

    private boolean couldBeInit(byte[] more) {
        if (held.size() + more.length > HELD_AT_MOST) {
            return false;
        }
        int known = Math.min(INIT.length, held.size());
        int comparable = Math.min(INIT.length - known, more.length);
        return Arrays.equals(INIT, known, known + comparable, more, 0, comparable);
    }

    private void pass(Stream stream, byte[] bytes) {
        if (muted) {
            return;
        }
        try {
            sink.write(stream, bytes, 0, bytes.length);
        } catch (RuntimeException e) {
            muted = true; // whatever is wrong with the sink, the stream has to be drained
            log.warn("output of a run is thrown away from here on: its sink failed", e);
        }
    }
}
