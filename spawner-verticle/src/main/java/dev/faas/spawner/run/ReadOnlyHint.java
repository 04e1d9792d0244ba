package dev.faas.spawner.run;

import dev.faas.spawner.engine.OutputSink;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Scans a run's stderr for errors of a read-only file system and explains them: an image that works under {@code docker run}
 * would otherwise look broken.
 */
final class ReadOnlyHint implements OutputSink {
    /** Messages of C libraries and runtimes for EROFS, in lower case. */
    private static final List<String> MESSAGES = List.of("read-only file system", "erofs");

    private static final int TAIL_LENGTH = MESSAGES.getFirst().length();
    private static final String HINT =
            "The command tried to write to a read-only file system. With readOnlyRoot or the mode"
                    + " reused, only /tmp, /dev/shm and the image's volumes can be written.";

    private final OutputSink sink;
    private String tail = "";
    private volatile boolean isFound;

    ReadOnlyHint(OutputSink sink) {
        this.sink = sink;
    }

    @Override
    public void write(Stream stream, byte[] bytes, int offset, int length) {
        if (stream == Stream.STDERR && !isFound) {
            // One char a byte, so that a message split over two writes is found.
            var text = tail + new String(bytes, offset, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
            isFound = MESSAGES.stream().anyMatch(text::contains);
            tail = text.substring(Math.max(0, text.length() - TAIL_LENGTH));
        }
        sink.write(stream, bytes, offset, length);
    }

    Optional<String> hint() {
        return isFound ? Optional.of(HINT) : Optional.empty();
    }
}
