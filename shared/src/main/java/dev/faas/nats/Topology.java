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

/**
 * The streams, buckets and shared consumers. The registry alone makes and changes them; the other parts wait until they are
 * there. Everything blocks.
 */
public final class Topology {
    private static final int STREAM_NOT_FOUND = 10059;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PROJECTOR_IN_FLIGHT = 4096;
    private static final long UNLIMITED = -1;
    /** What a registry that died has taken comes to another one, or to its successor, after so long. */
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

    /** Makes what is missing and changes what is otherwise; safe to repeat, and from several registries at once. */
    public static void create(Nats nats, TopologyConfig config) throws DependencyMissing, InterruptedException {
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
        } catch (IOException | JetStreamApiException e) {
            throw new DependencyMissing(
                    "NATS does not let the streams be made (" + e.getMessage()
                            + "). Is JetStream on (nats-server -js), and may this user use it?",
                    e);
        }
    }

    /** Makes consumers again that somebody has removed: each begins with the oldest message there is. Blocks. */
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
                        // Each that waits is one in flight, and none may wait for another's time.
                        .maxAckPending(-1)
                        .build());
    }

    /**
     * Waits until the registry has made everything.
     *
     * @param later buckets that a registry of an earlier version would not make, where one cannot do without
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
                throw new DependencyMissing("the streams are not there after " + limit.toSeconds()
                        + " s: the registry makes them. Start registry-service.");
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
        return file(Subjects.ACTIVATIONS, config)
                .subjects(Subjects.ALL_QUEUED)
                .retentionPolicy(RetentionPolicy.WorkQueue)
                .discardPolicy(DiscardPolicy.New)
                .republish(Republish.builder()
                        .source(Subjects.EACH_QUEUED)
                        // owner and function are what a hint needs to say
                        .destination("wake.{{wildcard(1)}}.{{wildcard(2)}}")
                        .headersOnly(true)
                        .build())
                .build();
    }

    private static StreamConfiguration retries(TopologyConfig config) {
        return file(Subjects.RETRIES, config)
                .subjects(Subjects.ALL_RETRIES)
                .retentionPolicy(RetentionPolicy.WorkQueue)
                .discardPolicy(DiscardPolicy.New)
                .build();
    }

    private static StreamConfiguration events(TopologyConfig config) {
        return file(Subjects.EVENTS, config)
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

    private static StreamConfiguration.Builder file(String name, TopologyConfig config) {
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
        var made = management.getStreamInfo(stream).getConfiguration();
        if (made.getMaxBytes() != limit || !made.getMaxAge().equals(age)) {
            management.updateStream(StreamConfiguration.builder(made)
                    .maxBytes(limit)
                    .maxAge(age)
                    .build());
        }
    }

    /** Zero: for ever. */
    private static Duration age(String bucket) {
        return switch (bucket) {
            case Subjects.IDEMPOTENCY -> Duration.ofHours(24);
            // What remains of removed entries; an access token lives 12 hours at most.
            case Subjects.REVOKED -> Duration.ofHours(24);
            // One that lives gives a sign every few seconds, and of one that is gone none has been heard for long.
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
            var made = management.getStreamInfo(stream).getConfiguration();
            management.updateStream(StreamConfiguration.builder(made)
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
            if (e.getApiErrorCode() == STREAM_NOT_FOUND) {
                return true;
            }
            throw e;
        }
    }
}
