package dev.faas.activation;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Carries a piece of a run's output: raw bytes in the message, everything else in headers. Writers split text between
 * characters, so that each chunk of a UTF-8 stream is valid UTF-8.
 */
public final class OutputChunk {

    public enum Source {
        STDOUT,
        STDERR;

        /** Names, in the object store and as an ETag, what the final run of an activation wrote. These bytes never change. */
        public String objectName(String activation) {
            return activation + (this == STDOUT ? ".result" : ".log");
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

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

    /** Does not copy the bytes. */
    public OutputChunk(String runId, Source source, long offset, Instant at, byte[] bytes) {
        this.runId = Objects.requireNonNull(runId);
        this.source = Objects.requireNonNull(source);
        this.offset = offset;
        this.at = Objects.requireNonNull(at);
        this.bytes = Objects.requireNonNull(bytes);
    }

    /** Readers use only chunks of the run that the snapshot names: lost and handed-back runs leave chunks too. */
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

    /** Shared: must not be changed. */
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
