package dev.faas.registry;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.OutputChunk.Source;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** What the final run of an activation wrote, put together from its chunks. */
final class FinalOutput {
    private final Buffer stdout = Buffer.buffer();
    private final Buffer stderr = Buffer.buffer();

    private FinalOutput() {}

    /** Reads the bus by one literal get a chunk, up to the last one that the report names. Blocks. */
    static FinalOutput read(ActivationEvents events, ActivationRecord.Ended ended) throws Exception {
        var output = new FinalOutput();
        long last = ended.report().lastOutput();
        long from = 1;
        while (from <= last) {
            Optional<OutputEvent> found = Waiting.on(events.nextOutput(ended.id(), from));
            if (found.isEmpty()) {
                break;
            }
            output.add(found.get(), ended);
            from = found.get().sequence() + 1;
        }
        return output;
    }

    /** Other runs have left chunks too: they count for nothing. */
    private void add(OutputEvent event, ActivationRecord.Ended ended) {
        var chunk = event.chunk();
        if (chunk.runId().equals(ended.runId())) {
            (chunk.source() == Source.STDOUT ? stdout : stderr).appendBytes(chunk.bytes());
        }
    }

    Buffer stdout() {
        return stdout;
    }

    Buffer stderr() {
        return stderr;
    }
}
