package dev.faas.activation;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A piece of what a run wrote: raw bytes in the message, everything else in headers. A writer cuts text between characters,
 * so that each piece of a UTF-8 stream is UTF-8 by itself.
 */
public final class OutputChunk {
    /** Which of a command's streams. */
    public enum Source {
        STDOUT,
        STDERR;

        /** Names what the final run of an activation wrote to it, for ever. */
        public String objectName(String activation) {
            return activation + (this == STDOUT ? ".result" : ".log");
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The most one chunk carries. */
    public static final int MAX_BYTES = 64 * 1024;

    private static final String RUN = "Faas-Run";
    private static final String SOURCE = "Faas-Stream";
    private static final String OFFSET = "Faas-Offset";
    private static final String AT = "Faas-At";

    private final String runId;
    private final Source source;
    private final long offset;
    private final Instant at;
    private final byte[] bytes;

    /** The bytes are taken over, not copied. */
    public OutputChunk(String runId, Source source, long offset, Instant at, byte[] bytes) {
        this.runId = Objects.requireNonNull(runId);
        this.source = Objects.requireNonNull(source);
        this.offset = offset;
        this.at = Objects.requireNonNull(at);
        this.bytes = Objects.requireNonNull(bytes);
    }

    /** Readers take only chunks of the run that the snapshot names: losers and handed-back runs leave some too. */
    public String runId() {
        return runId;
    }

    public Source source() {
        return source;
    }

    /** Bytes of the same stream before this chunk. */
    public long offset() {
        return offset;
    }

    public Instant at() {
        return at;
    }

    /** Shared, not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    Map<String, String> headers() {
        return Map.of(RUN, runId, SOURCE, source.text(), OFFSET, Long.toString(offset), AT, at.toString());
    }

    static OutputChunk of(Map<String, String> headers, byte[] bytes) {
        return new OutputChunk(
                headers.getOrDefault(RUN, ""),
                Source.valueOf(headers.getOrDefault(SOURCE, "stdout").toUpperCase(Locale.ROOT)),
                Long.parseLong(headers.getOrDefault(OFFSET, "0")),
                Instant.parse(headers.getOrDefault(AT, Instant.EPOCH.toString())),
                bytes);
    }
}
