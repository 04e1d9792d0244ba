package dev.faas.gateway;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** What one run wrote to one of its streams, as far as the event stream has it: in order, each byte once, without a hole. */
final class RunOutput {
    private final ActivationEvents events;
    private final String id;
    private final String runId;
    private final Source source;
    private long from = 1;
    private long taken;

    RunOutput(ActivationEvents events, String id, String runId, Source source) {
        this.events = events;
        this.id = id;
        this.runId = runId;
        this.source = source;
    }

    /** The next bytes; empty when there are none, not yet or no more. One call at a time, from an event loop. */
    Future<Optional<Buffer>> next() {
        var promise = Promise.<Optional<Buffer>>promise();
        read(promise);
        return promise.future();
    }

    private void read(Promise<Optional<Buffer>> promise) {
        Bus.answer(events.nextOutput(id, from)).onFailure(promise::fail).onSuccess(found -> {
            if (found.isEmpty()) {
                promise.complete(Optional.empty());
            } else {
                take(found.get(), promise);
            }
        });
    }

    private void take(OutputEvent event, Promise<Optional<Buffer>> promise) {
        var chunk = event.chunk();
        from = event.sequence() + 1;
        if (!isOurs(chunk) || chunk.offset() + chunk.bytes().length <= taken) {
            // Another run's, the other stream's, or stored twice.
            read(promise);
        } else if (chunk.offset() > taken) {
            // A hole: what comes after it is of no use.
            promise.complete(Optional.empty());
        } else {
            var fresh = Buffer.buffer(chunk.bytes()).slice((int) (taken - chunk.offset()), chunk.bytes().length);
            taken += fresh.length();
            promise.complete(Optional.of(fresh));
        }
    }

    private boolean isOurs(OutputChunk chunk) {
        return chunk.source() == source && chunk.runId().equals(runId);
    }

    /** Bytes told so far. */
    long taken() {
        return taken;
    }
}
