package dev.faas.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.NUID;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
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

    private TopologyLock(JetStreamManagement management) {
        this.management = management;
    }

    static TopologyLock take(JetStreamManagement management)
            throws IOException, JetStreamApiException, InterruptedException {
        long until = System.nanoTime() + LONGEST_HELD.toNanos();
        while (!create(management)) {
            if (System.nanoTime() > until) {
                LOG.warn("another registry creates the streams for too long: its lock is taken over");
                delete(management);
                until = System.nanoTime() + LONGEST_HELD.toNanos();
            }
            Thread.sleep(POLL);
        }
        return new TopologyLock(management);
    }

    private static boolean create(JetStreamManagement management) throws IOException, JetStreamApiException {
        try {
            management.addStream(StreamConfiguration.builder()
                    .name(STREAM)
                    // NATS takes the repetition of an equal creation for a success.
                    .description(NUID.nextGlobal())
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

    private static void delete(JetStreamManagement management) throws IOException, JetStreamApiException {
        try {
            management.deleteStream(STREAM);
        } catch (JetStreamApiException e) {
            if (JetStreamError.of(e) != JetStreamError.STREAM_NOT_FOUND) {
                throw e;
            }
        }
    }

    @Override
    public void close() throws IOException, JetStreamApiException {
        delete(management);
    }
}
