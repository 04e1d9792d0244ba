package dev.faas.nats;

import io.nats.client.Connection;
import io.nats.client.IterableConsumer;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamStatusCheckedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a durable consumer in batches, from one thread that may block. Several readers of one consumer share its messages. */
public final class DurableReader implements AutoCloseable {
    private static final Duration NO_WAIT = Duration.ofMillis(1);

    private final Nats nats;
    private final Connection connection;
    private final String stream;
    private final String durable;
    private @Nullable IterableConsumer messages;

    DurableReader(Nats nats, Connection connection, String stream, String durable) {
        this.nats = nats;
        this.connection = connection;
        this.stream = stream;
        this.durable = durable;
    }

    /** Up to {@code max} messages: waits for the first one, takes what is there besides. Empty when none came in time. */
    public List<Delivery> take(int max, Duration wait) throws InterruptedException {
        var batch = new ArrayList<Delivery>();
        try {
            if (messages == null) {
                messages = connection.getConsumerContext(stream, durable).iterate();
            }
            var message = messages.nextMessage(wait);
            while (message != null) {
                batch.add(new Delivery(message, nats::send));
                message = batch.size() < max ? messages.nextMessage(NO_WAIT) : null;
            }
            return batch;
        } catch (IOException | JetStreamApiException | JetStreamStatusCheckedException | IllegalStateException e) {
            stop();
            throw new BusException.BusUnavailable("reading " + durable + ": " + e.getMessage(), e);
        }
    }

    private void stop() {
        if (messages != null) {
            messages.stop();
            messages = null;
        }
    }

    @Override
    public void close() {
        stop();
    }
}
