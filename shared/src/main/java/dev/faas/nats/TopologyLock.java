package dev.faas.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.NUID;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one registry at a time create the streams: what one reserves to find out what has room would be missing for another one.
 * The lock is an empty stream in memory. One whose owner has died is taken over.
 */
final class TopologyLock implements AutoCloseable {
    static final String STREAM = "TOPOLOGY";

    private static final Logger LOG = LoggerFactory.getLogger(TopologyLock.class);
    private static final Duration POLL = Duration.ofMillis(50);
    /** The streams of a cluster are created within seconds. */
    private static final Duration LONGEST_HELD = Duration.ofSeconds(15);

    private final JetStreamManagement management;
    private final String owner;

    private TopologyLock(JetStreamManagement management, String owner) {
        this.management = management;
        this.owner = owner;
    }

    static TopologyLock take(JetStreamManagement management)
            throws IOException, JetStreamApiException, InterruptedException {
        var lock = new TopologyLock(management, NUID.nextGlobal());
        long since = System.nanoTime();
        var other = Optional.<String>empty();
        while (!lock.create()) {
            var holder = lock.holder();
            if (!holder.equals(other)) {
                other = holder;
                since = System.nanoTime();
            } else if (other.isPresent() && System.nanoTime() - since > LONGEST_HELD.toNanos()) {
                LOG.warn("another registry creates the streams for too long: its lock is taken over");
                lock.deleteOf(other.get());
            }
            Thread.sleep(POLL);
        }
        return lock;
    }

    private boolean create() throws IOException, JetStreamApiException {
        try {
            management.addStream(StreamConfiguration.builder()
                    .name(STREAM)
                    // NATS takes the repetition of an equal creation for a success.
                    .description(owner)
                    .subjects("topology")
                    .storageType(StorageType.Memory)
                    .build());
            return true;
        } catch (JetStreamApiException e) {
            if (JetStreamError.of(e) == JetStreamError.STREAM_NAME_EXISTS) {
                return false;
            }
            throw e;
        }
    }

    private Optional<String> holder() throws IOException, JetStreamApiException {
        return Topology.find(management, STREAM).map(StreamConfiguration::getDescription);
    }

    private void deleteOf(String holder) throws IOException, JetStreamApiException {
        if (!holder().equals(Optional.of(holder))) {
            return;
        }
        try {
            management.deleteStream(STREAM);
        } catch (JetStreamApiException e) {
            if (JetStreamError.of(e) != JetStreamError.STREAM_NOT_FOUND) {
                throw e;
            }
        }
    }

    /** One that was taken over is left. */
    @Override
    public void close() throws IOException, JetStreamApiException {
        deleteOf(owner);
    }
}
