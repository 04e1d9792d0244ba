package dev.faas.spawner.run;

import dev.faas.spawner.engine.OutputSink;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Listens in on what a run writes to stderr: a write that a read-only file system refuses looks like a fault of the image,
 * which works under {@code docker run}.
 */
final class ReadOnlyHint implements OutputSink {
    /** What C libraries and runtimes say of EROFS, in lower case. */
    private static final List<String> SAID = List.of("read-only file system", "erofs");

    private static final int LONGEST = SAID.getFirst().length();
    private static final String HINT = "It tried to write to a read-only file system: with readOnlyRoot, which the mode"
            + " reused implies, only /tmp, /dev/shm and the image's volumes can be written.";

    private final OutputSink to;
    private String tail = "";
    private volatile boolean heard;

    ReadOnlyHint(OutputSink to) {
        this.to = to;
    }

    @Override
    public void write(Stream stream, byte[] bytes, int offset, int length) {
        if (stream == Stream.STDERR && !heard) {
            // Byte for byte, so that whatever is cut in two pieces is whole here.
            var text = tail + new String(bytes, offset, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
            heard = SAID.stream().anyMatch(text::contains);
            tail = text.substring(Math.max(0, text.length() - LONGEST));
        }
        to.write(stream, bytes, offset, length);
    }

    /** For a run that has failed. */
    Optional<String> hint() {
        return heard ? Optional.of(HINT) : Optional.empty();
    }
}
