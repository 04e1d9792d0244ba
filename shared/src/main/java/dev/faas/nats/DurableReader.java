package dev.faas.nats;

import io.nats.client.Connection;
import io.nats.client.IterableConsumer;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamStatusCheckedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a durable consumer in batches, from one thread that may block. Several readers of one consumer share its messages. */
public final class DurableReader implements AutoCloseable {
    private static final Duration NO_WAIT = Duration.ofMillis(1);

    private static final Logger LOG = LoggerFactory.getLogger(DurableReader.class);

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
            if (messages != null) {
                messages.stop();
                messages = null;
            }
            restore();
            throw new BusException.BusUnavailable("reading " + durable + ": " + e.getMessage(), e);
        }
    }

    /** Somebody may have removed the consumer: the next take has it again. */
    private void restore() {
        try {
            Topology.restoreReaders(nats);
        } catch (IOException | JetStreamApiException | IllegalStateException e) {
            LOG.debug("{} is not there yet: {}", durable, e.toString());
        }
    }

    /** Hands back what was fetched ahead, so that another reader has it now, and not when {@code ack_wait} is over. */
    @Override
    public void close() {
        var open = messages;
        messages = null;
        if (open == null) {
            return;
        }
        open.stop();
        var ahead = new ArrayList<Delivery>();
        try {
            for (var message = open.nextMessage(NO_WAIT); message != null; message = open.nextMessage(NO_WAIT)) {
                ahead.add(new Delivery(message, nats::send));
            }
            // First the subscription, or they would come back to it.
            open.close();
            CompletableFuture.allOf(ahead.stream()
                            .map(delivery -> delivery.handBack(Duration.ZERO))
                            .toArray(CompletableFuture[]::new))
                    .get(nats.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("{} messages of {} come again later: {}", ahead.size(), durable, e.toString());
        }
    }
}
