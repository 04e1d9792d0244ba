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
import java.util.Optional;

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

    private static final long MEBIBYTE = 1 << 20;
    private static final long MOST_FEED = 1_024 * MEBIBYTE;
    private static final long FEWEST_FEED = 16 * MEBIBYTE;
    private static final long FEED_MESSAGES = 100_000;
    private static final Duration FEED_AGE = Duration.ofHours(24);
    private static final Duration FEED_DUPLICATES = Duration.ofMinutes(10);
    private static final long RETRIES_BYTES = 512 * MEBIBYTE;
    private static final long INBOX_BYTES = 1024 * MEBIBYTE;
    private static final Duration INBOX_AGE = Duration.ofDays(3);
    /** How long an Idempotency-Key of a message holds. */
    private static final Duration INBOX_DUPLICATES = Duration.ofMinutes(10);

    private static final long MOST_OUTPUTS = 16_384 * MEBIBYTE;
    /** Less is not tried: it would hold the results of few activations. */
    private static final long FEWEST_OUTPUTS = 256 * MEBIBYTE;
    /** How full the bucket OUTPUTS may be before the registry removes some. */
    public static final double REMOVE_OUTPUTS_ABOVE = 0.8;
    /** By so much what an earlier version has stored without a size may grow, if there is room. */
    private static final double GROWTH_OF_OUTPUTS = 1.25;

    private Topology() {}

    /** Creates what is missing and updates what differs; may be repeated, and called by several registries at once. What NATS
     * has no room for is logged, and has no size limit; but the event stream must have its size.
     *
     * @throws IOException when NATS does not answer, or cannot do it now: a cluster elects its leaders
     */
    public static void create(Nats nats, TopologyConfig config)
            throws DependencyMissing, IOException, InterruptedException {
        try {
            var management = nats.connection().jetStreamManagement();
            try (var _ = TopologyLock.take(management)) {
                create(nats, management, config);
            }
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

    private static void create(Nats nats, JetStreamManagement management, TopologyConfig config)
            throws IOException, JetStreamApiException, DependencyMissing {
        ensureEvents(management, config);
        var room = new StoreRoom(management, config.replicas());
        ensure(management, room, retries(config), "");
        ensure(management, room, activations(config), "FAAS_ACTIVATIONS_MB");
        ensure(management, room, inbox(config), "");
        ensureReaders(management);
        for (var bucket : buckets(config)) {
            ensureBucket(nats, management, room, bucket, config);
        }
        ensureOutputs(nats, management, room, config);
        ensureFeed(management, room, config);
    }

    private static List<Bucket> buckets(TopologyConfig config) {
        return List.of(
                new Bucket(Subjects.FUNCTIONS, config.sizes().functions(), "FAAS_FUNCTIONS_MB"),
                new Bucket(Subjects.KEYS, MEBIBYTE, ""),
                new Bucket(Subjects.REVOKED, 16 * MEBIBYTE, ""),
                new Bucket(Subjects.APIKEYS, 32 * MEBIBYTE, ""),
                new Bucket(Subjects.SUSPENDED, 8 * MEBIBYTE, ""),
                new Bucket(Subjects.SPAWNERS, 4 * MEBIBYTE, ""),
                new Bucket(Subjects.IDEMPOTENCY, config.keysBytes(), "FAAS_IDEMPOTENCY_MB"),
                new Bucket(Subjects.GATEWAY, MEBIBYTE, ""),
                new Bucket(Subjects.USAGE, 8 * MEBIBYTE, ""),
                new Bucket(Subjects.SECRETS, 256 * MEBIBYTE, ""),
                new Bucket(Subjects.HOOKS, 32 * MEBIBYTE, ""),
                new Bucket(Subjects.HOOK_KEYS, config.sizes().hookKeys(), "FAAS_HOOK_KEYS_MB"),
                new Bucket(Subjects.FEEDS, 8 * MEBIBYTE, ""),
                new Bucket(Subjects.IMAGES, 64 * MEBIBYTE, ""));
    }

    /** @param setting of its size; empty: it has none */
    private record Bucket(String name, long bytes, String setting) {
        String stream() {
            return "KV_" + name;
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
                .maxBytes(config.sizes().activations())
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
                .maxBytes(RETRIES_BYTES)
                .build();
    }

    /** A message that no source reads is not stored; another one is until each source has acknowledged it. */
    private static StreamConfiguration inbox(TopologyConfig config) {
        return fileStream(Subjects.INBOX, config)
                .subjects(Subjects.ALL_INBOX)
                .retentionPolicy(RetentionPolicy.Interest)
                .discardPolicy(DiscardPolicy.New)
                .maxBytes(INBOX_BYTES)
                .maxAge(INBOX_AGE)
                .duplicateWindow(INBOX_DUPLICATES)
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

    /** Last: it takes no room that another one needs. */
    private static void ensureFeed(JetStreamManagement management, StoreRoom room, TopologyConfig config)
            throws IOException, JetStreamApiException {
        long current = find(management, Subjects.FEED)
                .map(StreamConfiguration::getMaxBytes)
                .orElse(UNLIMITED);
        long size = current > 0 ? current : room.largest(MOST_FEED, FEWEST_FEED);
        put(management, feed(config, size));
    }

    private static StreamConfiguration feed(TopologyConfig config, long size) {
        return fileStream(Subjects.FEED, config)
                .subjects(Subjects.ALL_FEEDS)
                .retentionPolicy(RetentionPolicy.Limits)
                .discardPolicy(DiscardPolicy.Old)
                .maxBytes(size)
                .maxAge(FEED_AGE)
                .maxMessagesPerSubject(FEED_MESSAGES)
                // Longer than until a registry repeats what another one has published before it died.
                .duplicateWindow(FEED_DUPLICATES)
                .allowDirect(true)
                .republish(Republish.builder()
                        .source(Subjects.ALL_FEEDS)
                        .destination("feedlive.{{wildcard(1)}}")
                        .build())
                .build();
    }

    private static StreamConfiguration.Builder fileStream(String name, TopologyConfig config) {
        return StreamConfiguration.builder()
                .name(name)
                .storageType(StorageType.File)
                .replicas(config.replicas());
    }

    private static void ensureEvents(JetStreamManagement management, TopologyConfig config)
            throws IOException, JetStreamApiException, DependencyMissing {
        var wanted = events(config);
        try {
            put(management, wanted);
        } catch (JetStreamApiException e) {
            if (!StoreRoom.isLacking(e)) {
                throw e;
            }
            throw new DependencyMissing(
                    "NATS has no room for the stream EVENTS of " + wanted.getMaxBytes() / MEBIBYTE + " MiB ("
                            + e.getMessage() + "). Give NATS more disk, or lower FAAS_EVENTS_MB.",
                    e);
        }
    }

    /** Without room for its size, the stream keeps the size that it has, or gets none. */
    private static void ensure(
            JetStreamManagement management, StoreRoom room, StreamConfiguration wanted, String setting)
            throws IOException, JetStreamApiException {
        long current = find(management, wanted.getName())
                .map(StreamConfiguration::getMaxBytes)
                .orElse(UNLIMITED);
        put(
                management,
                StreamConfiguration.builder(wanted)
                        .maxBytes(room.sizeOf(wanted.getName(), current, wanted.getMaxBytes(), setting))
                        .build());
    }

    private static void put(JetStreamManagement management, StreamConfiguration wanted)
            throws IOException, JetStreamApiException {
        if (find(management, wanted.getName()).isEmpty()) {
            management.addStream(wanted);
        } else {
            management.updateStream(wanted);
        }
    }

    private static void ensureBucket(
            Nats nats, JetStreamManagement management, StoreRoom room, Bucket bucket, TopologyConfig config)
            throws IOException, JetStreamApiException {
        var existing = find(management, bucket.stream());
        if (existing.isEmpty()) {
            // Keys of clients had a size in the first version already: without one they could fill any disk.
            long size = bucket.name().equals(Subjects.IDEMPOTENCY)
                    ? bucket.bytes()
                    : room.sizeOf(bucket.stream(), UNLIMITED, bucket.bytes(), bucket.setting());
            nats.connection()
                    .keyValueManagement()
                    .create(KeyValueConfiguration.builder(bucket.name())
                            .storageType(StorageType.File)
                            .maxBucketSize(size)
                            .ttl(age(bucket.name()))
                            .replicas(config.replicas())
                            .build());
        } else if (existing.get().getMaxBytes() != bucket.bytes()
                || !existing.get().getMaxAge().equals(age(bucket.name()))) {
            var wanted = StreamConfiguration.builder(existing.get())
                    .maxBytes(bucket.bytes())
                    .maxAge(age(bucket.name()))
                    .build();
            ensure(management, room, wanted, bucket.setting());
        }
    }

    /** Zero means without an age limit. */
    private static Duration age(String bucket) {
        return switch (bucket) {
            case Subjects.IDEMPOTENCY, Subjects.HOOK_KEYS -> Duration.ofHours(24);
            // An access token is valid for at most 12 hours; removed entries leave a marker.
            case Subjects.REVOKED -> Duration.ofHours(24);
            // A living spawner publishes every few seconds; a dead one needs no entry for so long.
            case Subjects.SPAWNERS -> Duration.ofHours(24);
            case Subjects.FEEDS -> FEED_AGE.plusHours(1);
            default -> Duration.ZERO;
        };
    }

    private static void ensureOutputs(Nats nats, JetStreamManagement management, StoreRoom room, TopologyConfig config)
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
        }
        var info = management.getStreamInfo(stream);
        var existing = info.getConfiguration();
        long wanted = config.sizes().outputs();
        if (wanted == 0) {
            wanted = existing.getMaxBytes() > 0
                    ? existing.getMaxBytes()
                    : Math.max(
                            Math.max(FEWEST_OUTPUTS, room.largest(MOST_OUTPUTS, FEWEST_OUTPUTS)),
                            sizeFor(info.getStreamState().getByteCount(), room));
        }
        ensure(
                management,
                room,
                StreamConfiguration.builder(existing)
                        .maxAge(config.outputsAge())
                        .maxBytes(wanted)
                        .build(),
                "FAAS_OUTPUTS_MB");
    }

    private static long sizeFor(long outputs, StoreRoom room) throws IOException, JetStreamApiException {
        long least = (long) (outputs / REMOVE_OUTPUTS_ABOVE);
        long wanted = (long) (least * GROWTH_OF_OUTPUTS);
        return room.fits(wanted) ? wanted : least;
    }

    static Optional<StreamConfiguration> find(JetStreamManagement management, String stream)
            throws IOException, JetStreamApiException {
        try {
            return Optional.of(management.getStreamInfo(stream).getConfiguration());
        } catch (JetStreamApiException e) {
            if (JetStreamError.of(e) == JetStreamError.STREAM_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isMissing(JetStreamManagement management, String stream)
            throws IOException, JetStreamApiException {
        return find(management, stream).isEmpty();
    }
}
