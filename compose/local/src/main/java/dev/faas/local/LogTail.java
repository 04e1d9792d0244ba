package dev.faas.local;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the end of a child's log, short enough for an error message. */
final class LogTail {
    private static final int MAX_BYTES = 16 * 1024;
    private static final int LINES = 5;

    private LogTail() {}

    /** The text after an offset, at most its last 16 KiB; invalid UTF-8 is replaced. */
    static String since(Path log, long offset) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        try (var channel = Files.newByteChannel(log)) {
            channel.position(Math.max(offset, channel.size() - MAX_BYTES));
            return new String(Channels.newInputStream(channel).readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
        }
    }

    static String last(String text) {
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    }
}
