package dev.faas.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.nats.Nats;
import dev.faas.nats.Stream;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Codec;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes events to the feeds of owners who listen. */
public final class FeedPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(FeedPublisher.class);
    /** NATS stores a message of the same id once. */
    private static final String MESSAGE_ID = "Nats-Msg-Id";
    /** Of a stream that is broken or gone: then the feed goes without events, and nothing else waits for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Stream stream;
    private final FeedOwners owners;
    private final IntConsumer onPublished;
    private volatile long failingSince;

    /** @param onPublished gets how many events were published */
    public FeedPublisher(Nats nats, FeedOwners owners, IntConsumer onPublished) {
        this.stream = nats.stream(Subjects.FEED);
        this.owners = owners;
        this.onPublished = onPublished;
    }

    /**
     * An event of an owner.
     *
     * @param id the same when it is published again
     */
    public record Event(String owner, String id, String type, Instant at, JsonNode data) {
        private byte[] bytes() {
            return Codec.write(JsonNodeFactory.instance
                    .objectNode()
                    .put("type", type)
                    .put("timestamp", ApiTime.format(at))
                    .set("data", data));
        }
    }

    public boolean hasListeners(String owner) {
        return owners.has(owner);
    }

    /** In this order. Blocks. Fails when they are to be published again. */
    public void publish(List<Event> events) throws Exception {
        if (events.isEmpty()) {
            return;
        }
        try {
            Blocking.await(
                    CompletableFuture.allOf(events.stream().map(this::publish).toArray(CompletableFuture[]::new)));
            onPublished.accept(events.size());
            failingSince = 0;
        } catch (BusException e) {
            long now = System.nanoTime();
            if (failingSince == 0) {
                failingSince = now;
            }
            if (now - failingSince < PATIENCE.toNanos()) {
                throw e;
            }
            LOG.error("events are missing in feeds events={} cause={}", events.size(), e.getMessage());
        }
    }

    private CompletableFuture<Long> publish(Event event) {
        return stream.append(Subjects.feed(event.owner), Map.of(MESSAGE_ID, event.id), event.bytes());
    }
}
