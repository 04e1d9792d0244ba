package dev.faas.nats;

import dev.faas.lifecycle.RepeatingTask;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.NUID;
import io.nats.client.Subscription;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one bucket by an ephemeral consumer, on one thread of its own. Makes a new consumer, from where it was, after each
 * reconnect (a server that restarts forgets the consumer), when a message is missing, and when heartbeats are missing.
 *
 * <p>The client library has ordered consumers for this. They do not count a stored message that has a status, take the next one
 * for a gap, and begin anew before the same message, for ever. They also answer to any subject that such a message names. Who can
 * make NATS send an answer into a bucket ({@link EntryHeaders}) can store such messages. So this class counts by itself, and
 * counts only what its own consumer has delivered.
 */
final class BucketWatch implements Kv.Watch {
    private static final Logger LOG = LoggerFactory.getLogger(BucketWatch.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration SILENCE = HEARTBEAT.multipliedBy(3);
    /** How long to wait for a message, and before a renewal after a gap or a failure. */
    private static final Duration PAUSE = Duration.ofMillis(250);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** How often to ask the leader of the stream for entries that this watch has not. */
    private static final Duration COMPARISON = Duration.ofSeconds(5);
    /** A server that is cut off from the leader goes on sending heartbeats. */
    private static final Duration LONGEST_WITHOUT_LEADER = COMPARISON.multipliedBy(3);

    private static final int CONTROL = 100;
    private static final String FLOW_CONTROL = "$JS.FC.";
    /** In a heartbeat: the number of the last message that the consumer has delivered. */
    private static final String LAST_NUMBER = "Nats-Last-Consumer";
    /** In a heartbeat: the consumer waits until this subject is answered. */
    private static final String STALLED = "Nats-Consumer-Stalled";

    private final Nats nats;
    private final String bucket;
    private final String stream;
    private final ObjLongConsumer<Message> each;
    private final Runnable loaded;
    private final Runnable whenReconnected = this::markReconnected;
    private volatile boolean hasReconnected;
    private @Nullable RepeatingTask task;

    // Only the thread that starts the watch changes the rest, then the task.
    private @Nullable Source source;
    /** When NATS has confirmed the consumer of the source. Without a confirmation the same one is requested again. */
    private volatile boolean isConfirmed;

    private volatile long heardAt;
    private volatile long silenceNanos;
    private long lastNumber;
    private long lastSequence;
    private long askedAt = System.nanoTime() - COMPARISON.toNanos();
    /** The sequence of the next entry that the leader has, or 0. */
    private @Nullable CompletableFuture<Long> nextOfLeader;
    /** When the leader had no entry that this watch has not. */
    private volatile long agreedAt = System.nanoTime() - LONGEST_WITHOUT_LEADER.toNanos();

    private @Nullable ZonedDateTime created;
    private boolean isLoaded;

    private record Source(String consumer, Subscription inbox, ConsumerConfiguration options) {}

    private BucketWatch(Nats nats, String bucket, ObjLongConsumer<Message> each, Runnable loaded) {
        this.nats = nats;
        this.bucket = bucket;
        this.stream = "KV_" + bucket;
        this.each = each;
        this.loaded = loaded;
    }

    /** @param each gets messages of the stream, and their sequences */
    static BucketWatch start(Nats nats, String bucket, ObjLongConsumer<Message> each, Runnable loaded)
            throws IOException, JetStreamApiException {
        var watch = new BucketWatch(nats, bucket, each, loaded);
        nats.onReconnect(watch.whenReconnected);
        try {
            watch.subscribe();
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            watch.close();
            throw e;
        }
        watch.task = RepeatingTask.startPaced("watch of " + bucket, PAUSE, LONGEST_PAUSE, watch::follow);
        return watch;
    }

    /** Handles at most one message. Returns how long to pause. */
    private Duration follow() throws IOException, JetStreamApiException, InterruptedException {
        if (!nats.isConnected()) {
            return PAUSE;
        }
        if (hasReconnected || isSilent() || isBehindLeader()) {
            hasReconnected = false;
            drop();
        }
        var from = source != null && isConfirmed ? source : subscribe();
        var message = from.inbox().nextMessage(PAUSE);
        if (message != null) {
            accept(message, from.consumer());
        }
        return source == null ? PAUSE : Duration.ZERO;
    }

    @Override
    public boolean isFollowing() {
        return isConfirmed && !isSilent() && System.nanoTime() - agreedAt < LONGEST_WITHOUT_LEADER.toNanos();
    }

    /** True when the leader had an entry that has not come within the time of a comparison. */
    private boolean isBehindLeader() {
        boolean isOver = System.nanoTime() - askedAt >= COMPARISON.toNanos();
        var next = nextOfLeader;
        if (next == null) {
            if (isOver) {
                askedAt = System.nanoTime();
                nextOfLeader = nats.stream(stream)
                        .nextFromLeader(subjects(), lastSequence + 1)
                        .thenApply(found -> found.map(StoredMessage::sequence).orElse(0L));
            }
            return false;
        }
        if (next.isDone() && !next.isCompletedExceptionally() && next.join() <= lastSequence) {
            agreedAt = askedAt;
            nextOfLeader = null;
        } else if (isOver) {
            nextOfLeader = null;
            return next.isDone() && !next.isCompletedExceptionally();
        }
        return false;
    }

    private String subjects() {
        return "$KV." + bucket + ".>";
    }

    private boolean isSilent() {
        return isConfirmed && System.nanoTime() - heardAt > silenceNanos;
    }

    private Source subscribe() throws IOException, JetStreamApiException {
        var management = nats.connection().jetStreamManagement();
        beginAnewIfRecreated(management);
        var from = source != null ? source : open();
        source = from;
        try {
            var confirmed = management.createConsumer(stream, from.options());
            if (confirmed.getCalculatedPending() == 0) {
                markLoaded();
            }
        } catch (JetStreamApiException refused) {
            drop();
            throw refused;
        }
        isConfirmed = true;
        heardAt = System.nanoTime();
        // Not the same for all watches, because a NATS that stops for a moment is silent for all of them.
        silenceNanos = SILENCE.toNanos() + ThreadLocalRandom.current().nextLong(HEARTBEAT.toNanos());
        return from;
    }

    /** A server that has lost its disk counts from 1 again. */
    private void beginAnewIfRecreated(JetStreamManagement management) throws IOException, JetStreamApiException {
        var info = management.getStreamInfo(stream);
        if (!info.getCreateTime().equals(created) || info.getStreamState().getLastSequence() < lastSequence) {
            drop();
            created = info.getCreateTime();
            lastSequence = 0;
        }
    }

    private Source open() {
        lastNumber = 0;
        var consumer = NUID.nextGlobal();
        var inbox = nats.createInbox();
        return new Source(consumer, nats.connection().subscribe(inbox), options(consumer, inbox));
    }

    private ConsumerConfiguration options(String consumer, String inbox) {
        var options = ConsumerConfiguration.builder()
                .name(consumer)
                .filterSubject(subjects())
                .deliverSubject(inbox)
                .deliverPolicy(lastSequence == 0 ? DeliverPolicy.LastPerSubject : DeliverPolicy.ByStartSequence)
                .ackPolicy(AckPolicy.None)
                .maxDeliver(1)
                .memStorage(true)
                .numReplicas(1)
                .flowControl(HEARTBEAT);
        if (lastSequence > 0) {
            options.startSequence(lastSequence + 1);
        }
        return options.build();
    }

    private void accept(Message message, String consumer) {
        var delivered = DeliveredMessage.of(message, stream, consumer);
        if (delivered.isPresent()) {
            accept(message, delivered.get());
        } else if (message.isStatusMessage() && message.getStatus().getCode() == CONTROL) {
            acceptControl(message, "." + stream + "." + consumer + ".");
        }
    }

    private void accept(Message message, DeliveredMessage delivered) {
        if (delivered.number() != lastNumber + 1) {
            dropAfterGap();
            return;
        }
        lastNumber = delivered.number();
        if (delivered.sequence() > lastSequence) {
            lastSequence = delivered.sequence();
            passOn(message);
        }
        heardAt = System.nanoTime();
        if (delivered.pending() == 0) {
            markLoaded();
        }
    }

    private void passOn(Message message) {
        try {
            each.accept(message, lastSequence);
        } catch (RuntimeException e) {
            LOG.warn("entry not handled subject={} revision={}", message.getSubject(), lastSequence, e);
        }
    }

    private void acceptControl(Message message, String ofConsumer) {
        var last = header(message, LAST_NUMBER);
        var stalled = header(message, STALLED);
        if (last != null) {
            if (!last.equals(Long.toString(lastNumber))) {
                dropAfterGap();
                return;
            }
            heardAt = System.nanoTime();
            if (stalled == null) {
                markLoaded();
            }
        }
        var answerTo = message.getReplyTo() != null ? message.getReplyTo() : stalled;
        if (answerTo != null && answerTo.startsWith(FLOW_CONTROL) && answerTo.contains(ofConsumer)) {
            nats.connection().publish(answerTo, null);
        }
    }

    private static @Nullable String header(Message message, String name) {
        var headers = message.getHeaders();
        return headers == null ? null : headers.getFirst(name);
    }

    private void markReconnected() {
        hasReconnected = true;
    }

    private void markLoaded() {
        if (!isLoaded) {
            isLoaded = true;
            loaded.run();
        }
    }

    private void dropAfterGap() {
        LOG.debug("watch has a gap bucket={} last={}", bucket, lastNumber);
        drop();
    }

    /** NATS removes the consumer after 5 s. */
    private void drop() {
        if (source != null && source.inbox().isActive()) {
            source.inbox().unsubscribe();
        }
        source = null;
        isConfirmed = false;
    }

    @Override
    public void close() {
        nats.removeReconnectListener(whenReconnected);
        try {
            if (task != null) {
                task.stop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        drop();
    }
}
