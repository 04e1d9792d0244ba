package dev.faas.nats;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.wire.Subjects;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.KeyValueConfiguration;
import io.nats.client.api.ObjectStoreConfiguration;
import io.nats.client.api.Republish;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Creates the streams, buckets and shared consumers. Only the registry creates and changes them; the other services wait until
 * they exist. Everything here blocks.
 */
public final class Topology {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PROJECTOR_IN_FLIGHT = 4096;
    private static final long UNLIMITED = -1;
    private static final int UNAVAILABLE = 503;
    /** After this time another registry gets the messages that a dead one had taken. */
    private static final Duration ACK_WAIT = Duration.ofSeconds(10);

    private static final List<String> BUCKETS = List.of(
            Subjects.FUNCTIONS,
            Subjects.KEYS,
            Subjects.REVOKED,
            Subjects.SPAWNERS,
            Subjects.IDEMPOTENCY,
            Subjects.GATEWAY,
            Subjects.IMAGES);

    private Topology() {}

    /** Creates what is missing and updates what differs; may be repeated, and called by several registries at once.
     *
     * @throws IOException when NATS does not answer, or cannot do it now: a cluster elects its leaders
     */
    public static void create(Nats nats, TopologyConfig config) throws DependencyMissing, IOException {
        try {
            var management = nats.connection().jetStreamManagement();
            ensure(management, activations(config));
            ensure(management, retries(config));
            ensure(management, events(config));
            ensureReaders(management);
            for (var bucket : BUCKETS) {
                ensureBucket(nats, management, bucket, config);
            }
            ensureOutputs(nats, management, config);
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() == UNAVAILABLE) {
                throw new IOException(e.getMessage(), e);
            }
            throw new DependencyMissing(
                    "the streams could not be created in NATS (" + e.getMessage()
                            + "). Is JetStream on (nats-server -js), and may this user use it?",
                    e);
        }
    }

    /** Recreates consumers that were removed; each starts with the oldest message. Blocks. */
    static void restoreReaders(Nats nats) throws IOException, JetStreamApiException {
        ensureReaders(nats.connection().jetStreamManagement());
    }

    private static void ensureReaders(JetStreamManagement management) throws IOException, JetStreamApiException {
        management.addOrUpdateConsumer(
                Subjects.EVENTS,
                ConsumerConfiguration.builder()
                        .durable(Subjects.PROJECTOR)
                        .filterSubject(Subjects.ALL_STATES)
                        .ackPolicy(AckPolicy.Explicit)
                        .ackWait(ACK_WAIT)
                        .maxAckPending(PROJECTOR_IN_FLIGHT)
                        .build());
        management.addOrUpdateConsumer(
                Subjects.RETRIES,
                ConsumerConfiguration.builder()
                        .durable(Subjects.RETRIER)
                        .filterSubject(Subjects.ALL_RETRIES)
                        .ackPolicy(AckPolicy.Explicit)
                        .ackWait(ACK_WAIT)
                        // Each pending retry stays unacknowledged until it is due, and must not delay the others.
                        .maxAckPending(-1)
                        .build());
    }

    /** Waits until the registry has created everything.
     *
     * @param later buckets which an older registry does not create, and which the caller needs
     */
    public static void await(Nats nats, Duration limit, String... later)
            throws DependencyMissing, InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                var management = nats.connection().jetStreamManagement();
                if (!isMissing(management, Subjects.EVENTS)
                        && !isMissing(management, "OBJ_" + Subjects.OUTPUTS)
                        && allExist(management, later)) {
                    return;
                }
            } catch (IOException | JetStreamApiException e) {
                if (System.nanoTime() > until) {
                    throw new DependencyMissing("JetStream does not answer (" + e.getMessage() + ")", e);
                }
            }
            if (System.nanoTime() > until) {
                throw new DependencyMissing("the streams do not exist after " + limit.toSeconds()
                        + " s. The registry creates them: start registry-service.");
            }
            Thread.sleep(POLL);
        }
    }

    private static boolean allExist(JetStreamManagement management, String... buckets)
            throws IOException, JetStreamApiException {
        for (var bucket : buckets) {
            if (isMissing(management, "KV_" + bucket)) {
                return false;
            }
        }
        return true;
    }

    private static StreamConfiguration activations(TopologyConfig config) {
        return fileStream(Subjects.ACTIVATIONS, config)
                .subjects(Subjects.ALL_QUEUED)
                .retentionPolicy(RetentionPolicy.WorkQueue)
                .discardPolicy(DiscardPolicy.New)
                .republish(Republish.builder()
                        .source(Subjects.EACH_QUEUED)
                        // owner and function, which is all that a work notification says
                        .destination("wake.{{wildcard(1)}}.{{wildcard(2)}}")
                        .headersOnly(true)
                        .build())
                .build();
    }

    private static StreamConfiguration retries(TopologyConfig config) {
        return fileStream(Subjects.RETRIES, config)
                .subjects(Subjects.ALL_RETRIES)
                .retentionPolicy(RetentionPolicy.WorkQueue)
                .discardPolicy(DiscardPolicy.New)
                .build();
    }

    private static StreamConfiguration events(TopologyConfig config) {
        return fileStream(Subjects.EVENTS, config)
                .subjects(Subjects.ALL_EVENTS)
                .retentionPolicy(RetentionPolicy.Limits)
                .discardPolicy(DiscardPolicy.New)
                .maxBytes(config.eventsBytes())
                .maxAge(config.eventsAge())
                .allowDirect(true)
                .republish(Republish.builder()
                        .source(Subjects.ALL_EVENTS)
                        .destination("live.{{wildcard(1)}}.{{wildcard(2)}}")
                        .build())
                .build();
    }

    private static StreamConfiguration.Builder fileStream(String name, TopologyConfig config) {
        return StreamConfiguration.builder()
                .name(name)
                .storageType(StorageType.File)
                .replicas(config.replicas());
    }

    private static void ensure(JetStreamManagement management, StreamConfiguration stream)
            throws IOException, JetStreamApiException {
        if (isMissing(management, stream.getName())) {
            management.addStream(stream);
        } else {
            management.updateStream(stream);
        }
    }

    private static void ensureBucket(Nats nats, JetStreamManagement management, String bucket, TopologyConfig config)
            throws IOException, JetStreamApiException {
        var limit = bucket.equals(Subjects.IDEMPOTENCY) ? config.keysBytes() : UNLIMITED;
        var age = age(bucket);
        var stream = "KV_" + bucket;
        if (isMissing(management, stream)) {
            var builder = KeyValueConfiguration.builder(bucket)
                    .storageType(StorageType.File)
                    .maxBucketSize(limit)
                    .ttl(age)
                    .replicas(config.replicas());
            nats.connection().keyValueManagement().create(builder.build());
            return;
        }
        var existing = management.getStreamInfo(stream).getConfiguration();
        if (existing.getMaxBytes() != limit || !existing.getMaxAge().equals(age)) {
            management.updateStream(StreamConfiguration.builder(existing)
                    .maxBytes(limit)
                    .maxAge(age)
                    .build());
        }
    }

    /** Zero means without an age limit. */
    private static Duration age(String bucket) {
        return switch (bucket) {
            case Subjects.IDEMPOTENCY -> Duration.ofHours(24);
            // An access token is valid for at most 12 hours; removed entries leave a marker.
            case Subjects.REVOKED -> Duration.ofHours(24);
            // A living spawner publishes every few seconds; a dead one needs no entry for so long.
            case Subjects.SPAWNERS -> Duration.ofHours(24);
            default -> Duration.ZERO;
        };
    }

    private static void ensureOutputs(Nats nats, JetStreamManagement management, TopologyConfig config)
            throws IOException, JetStreamApiException {
        var stream = "OBJ_" + Subjects.OUTPUTS;
        if (isMissing(management, stream)) {
            nats.connection()
                    .objectStoreManagement()
                    .create(ObjectStoreConfiguration.builder(Subjects.OUTPUTS)
                            .storageType(StorageType.File)
                            .replicas(config.replicas())
                            .ttl(config.outputsAge())
                            .build());
        } else {
            var existing = management.getStreamInfo(stream).getConfiguration();
            management.updateStream(StreamConfiguration.builder(existing)
                    .maxAge(config.outputsAge())
                    .build());
        }
    }

    private static boolean isMissing(JetStreamManagement management, String stream)
            throws IOException, JetStreamApiException {
        try {
            management.getStreamInfo(stream);
            return false;
        } catch (JetStreamApiException e) {
            if (JetStreamError.of(e) == JetStreamError.STREAM_NOT_FOUND) {
                return true;
            }
            throw e;
        }
    }
}
