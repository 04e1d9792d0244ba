package dev.faas.activation;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.OutputChunk.Source;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reads what one run wrote to one of its streams, as far as the event stream has it: in order, each byte once, without a gap.
 * One call at a time; nothing here blocks.
 */
public final class RunOutput {
    private final ActivationEvents events;
    private final String id;
    private final String runId;
    private final Source source;
    private final long length;
    private long from = 1;
    private long bytesRead;

    private RunOutput(ActivationEvents events, String id, String runId, Source source, long length) {
        this.events = events;
        this.id = id;
        this.runId = runId;
        this.source = source;
        this.length = length;
    }

    /** @param length the bytes that the run is known to have written */
    public static RunOutput ofEndedRun(ActivationEvents events, String id, String runId, Source source, long length) {
        return new RunOutput(events, id, runId, source, length);
    }

    /** Of a run that has not ended. */
    public static RunOutput ofRunningRun(ActivationEvents events, ActivationRecord.Running running, Source source) {
        return new RunOutput(events, running.id(), running.runId(), source, Long.MAX_VALUE);
    }

    /** The next bytes; empty when there are none, not yet or no more. */
    public CompletableFuture<Optional<byte[]>> next() {
        return bytesRead >= length
                ? CompletableFuture.completedFuture(Optional.empty())
                : events.nextOutput(id, from)
                        .thenCompose(found -> found.isEmpty()
                                ? CompletableFuture.completedFuture(Optional.empty())
                                : take(found.get()));
    }

    private CompletableFuture<Optional<byte[]>> take(OutputEvent event) {
        var chunk = event.chunk();
        from = event.sequence() + 1;
        long after = chunk.offset() + chunk.bytes().length;
        if (!isOurs(chunk) || after <= bytesRead) {
            // Of another run, of the other stream, or stored twice.
            return next();
        }
        if (chunk.offset() > bytesRead) {
            // A gap: what comes after it cannot be used.
            return CompletableFuture.completedFuture(Optional.empty());
        }
        var unread = chunk.offset() == bytesRead
                ? chunk.bytes()
                : Arrays.copyOfRange(chunk.bytes(), (int) (bytesRead - chunk.offset()), chunk.bytes().length);
        bytesRead = after;
        return CompletableFuture.completedFuture(Optional.of(unread));
    }

    private boolean isOurs(OutputChunk chunk) {
        return chunk.source() == source && chunk.runId().equals(runId);
    }

    public long bytesRead() {
        return bytesRead;
    }
}
