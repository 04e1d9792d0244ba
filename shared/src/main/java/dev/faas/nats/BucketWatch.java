package dev.faas.nats;

import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.NUID;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one bucket by an ephemeral consumer, and makes a new one, from where it was, after each reconnect (a server that restarts
 * forgets the consumer), when a message is missing, and when heartbeats are missing.
 *
 * <p>The client library has ordered consumers for this. They do not count a stored message that has a status, take the next one
 * for a gap, and begin anew before the same message, for ever. They also answer to any subject that such a message names. Who can
 * make NATS send an answer into a bucket ({@link EntryHeaders}) can store such messages. So this class counts by itself, and
 * counts only what its own consumer has delivered.
 */
final class BucketWatch implements Nats.Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(BucketWatch.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration SILENCE = HEARTBEAT.multipliedBy(3);
    private static final Duration RETRY = Duration.ofMillis(250);

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
    private final Semaphore renewals = new Semaphore(0);
    private final Runnable whenReconnected = renewals::release;
    private @Nullable Dispatcher dispatcher;
    private volatile boolean closed;
    private volatile long heardAt = System.nanoTime();

    /** Guards the four below, and keeps changes in order: the consumer before may still deliver. */
    private final Object order = new Object();

    private String consumer = "";
    private long lastNumber;
    private long lastSequence;
    private boolean isLoaded;

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
        try {
            watch.subscribe();
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            watch.close();
            throw e;
        }
        nats.onReconnect(watch.whenReconnected);
        Thread.ofVirtual().name("watch of " + bucket).start(watch::renew);
        return watch;
    }

    private synchronized void subscribe() throws IOException, JetStreamApiException {
        unsubscribe();
        if (closed) {
            return;
        }
        var name = NUID.nextGlobal();
        long from;
        synchronized (order) {
            consumer = name;
            lastNumber = 0;
            from = lastSequence;
        }
        // A server that has lost its disk counts from 1 again.
        if (from > 0 && nats.stream(stream).state().join().lastSequence() < from) {
            from = 0;
            synchronized (order) {
                lastSequence = 0;
            }
        }
        var inbox = nats.connection().createInbox();
        dispatcher = nats.connection().createDispatcher(message -> accept(message, name));
        dispatcher.subscribe(inbox);
        heardAt = System.nanoTime();
        var created = nats.connection().jetStreamManagement().createConsumer(stream, options(name, inbox, from));
        if (created.getCalculatedPending() == 0) {
            markLoaded();
        }
    }

    private ConsumerConfiguration options(String name, String inbox, long from) {
        var options = ConsumerConfiguration.builder()
                .name(name)
                .filterSubject("$KV." + bucket + ".>")
                .deliverSubject(inbox)
                .deliverPolicy(from == 0 ? DeliverPolicy.LastPerSubject : DeliverPolicy.ByStartSequence)
                .ackPolicy(AckPolicy.None)
                .maxDeliver(1)
                .memStorage(true)
                .numReplicas(1)
                .flowControl(HEARTBEAT);
        if (from > 0) {
            options.startSequence(from + 1);
        }
        return options.build();
    }

    private void accept(Message message, String name) {
        synchronized (order) {
            if (!name.equals(consumer)) {
                return;
            }
            var delivered = DeliveredMessage.of(message);
            if (delivered.isPresent()) {
                accept(message, delivered.get());
            } else if (message.isStatusMessage() && message.getStatus().getCode() == CONTROL) {
                acceptControl(message);
            }
        }
    }

    private void accept(Message message, DeliveredMessage delivered) {
        if (!delivered.consumer().equals(consumer) || !delivered.stream().equals(stream)) {
            return;
        }
        heardAt = System.nanoTime();
        if (delivered.number() != lastNumber + 1) {
            renewAfterGap();
            return;
        }
        lastNumber = delivered.number();
        if (delivered.sequence() > lastSequence) {
            lastSequence = delivered.sequence();
            each.accept(message, delivered.sequence());
        }
        if (delivered.pending() == 0) {
            markLoaded();
        }
    }

    private void acceptControl(Message message) {
        var headers = message.getHeaders();
        var last = headers == null ? null : headers.getFirst(LAST_NUMBER);
        if (last != null) {
            if (!last.equals(Long.toString(lastNumber))) {
                renewAfterGap();
                return;
            }
            heardAt = System.nanoTime();
        }
        var answerTo = message.getReplyTo() != null
                ? message.getReplyTo()
                : headers == null ? null : headers.getFirst(STALLED);
        if (answerTo != null && answerTo.startsWith(FLOW_CONTROL)) {
            nats.connection().publish(answerTo, null);
        }
    }

    private void renewAfterGap() {
        LOG.debug("watch has a gap bucket={} consumer={} last={}", bucket, consumer, lastNumber);
        consumer = "";
        renewals.release();
    }

    private void markLoaded() {
        synchronized (order) {
            if (!isLoaded) {
                isLoaded = true;
                loaded.run();
            }
        }
    }

    private void renew() {
        try {
            while (!closed) {
                boolean isToRenew = renewals.tryAcquire(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS) || isSilent();
                renewals.drainPermits();
                while (isToRenew && !closed && !trySubscribe()) {
                    Thread.sleep(RETRY);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isSilent() {
        return nats.isConnected() && System.nanoTime() - heardAt > SILENCE.toNanos();
    }

    private boolean trySubscribe() {
        try {
            subscribe();
            return true;
        } catch (IOException | JetStreamApiException | CompletionException | BusException | IllegalStateException e) {
            LOG.debug("watch not there again yet bucket={} cause={}", bucket, e.toString());
            return false;
        }
    }

    private void unsubscribe() {
        if (dispatcher != null) {
            if (dispatcher.isActive()) {
                nats.connection().closeDispatcher(dispatcher);
            }
            dispatcher = null;
        }
    }

    @Override
    public void close() {
        closed = true;
        nats.removeReconnectListener(whenReconnected);
        renewals.release();
        synchronized (this) {
            unsubscribe();
        }
    }
}
