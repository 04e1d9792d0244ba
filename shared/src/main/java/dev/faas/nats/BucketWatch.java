package dev.faas.nats;

import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one bucket. A server that restarts forgets the consumer behind a watch. The client library would replace it when three
 * heartbeats are missing, one every 5 s; by then a revoked login would have been accepted for too long. So this watch subscribes
 * again after each reconnect, from where it was, and heartbeats are shorter, for a consumer that is lost while the connection lives.
 */
final class BucketWatch implements Kv.Watch {
    private static final Logger LOG = LoggerFactory.getLogger(BucketWatch.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofMillis(250);

    private final Nats nats;
    private final String bucket;
    private final Consumer<Message> each;
    private final Runnable loaded;
    private final Runnable whenReconnected = this::subscribeAgain;
    private @Nullable Dispatcher dispatcher;
    private volatile @Nullable JetStreamSubscription current;
    private volatile boolean closed;

    /** Guards the three below, and keeps changes in order: the subscription before may still deliver. */
    private final Object order = new Object();

    private int subscriptions;
    private long lastSequence;
    private boolean isLoaded;

    private BucketWatch(Nats nats, String bucket, Consumer<Message> each, Runnable loaded) {
        this.nats = nats;
        this.bucket = bucket;
        this.each = each;
        this.loaded = loaded;
    }

    /** @param each gets messages of the stream */
    static BucketWatch start(Nats nats, String bucket, Consumer<Message> each, Runnable loaded)
            throws IOException, JetStreamApiException {
        var watch = new BucketWatch(nats, bucket, each, loaded);
        watch.subscribe();
        nats.onReconnect(watch.whenReconnected);
        return watch;
    }

    private synchronized void subscribe() throws IOException, JetStreamApiException {
        unsubscribe();
        if (closed) {
            return;
        }
        int number;
        long from;
        synchronized (order) {
            number = ++subscriptions;
            from = lastSequence;
        }
        // A server that has lost its disk counts from 1 again.
        if (from > 0 && nats.stream(stream()).state().join().lastSequence() < from) {
            from = 0;
            synchronized (order) {
                lastSequence = 0;
            }
        }
        var added = nats.connection().createDispatcher();
        dispatcher = added;
        var subscription = nats.connection()
                .jetStream()
                .subscribe(null, added, message -> accept(message, number), false, options(from));
        current = subscription;
        if (subscription.getConsumerInfo().getCalculatedPending() == 0) {
            markLoaded();
        }
    }

    private PushSubscribeOptions options(long from) {
        var consumer = ConsumerConfiguration.builder()
                .filterSubject("$KV." + bucket + ".>")
                .idleHeartbeat(HEARTBEAT)
                .deliverPolicy(from == 0 ? DeliverPolicy.LastPerSubject : DeliverPolicy.ByStartSequence);
        if (from > 0) {
            consumer.startSequence(from + 1);
        }
        return PushSubscribeOptions.builder().stream(stream())
                .ordered(true)
                .configuration(consumer.build())
                .build();
    }

    private void accept(Message message, int number) {
        synchronized (order) {
            if (number != subscriptions) {
                return;
            }
            long sequence = message.metaData().streamSequence();
            if (sequence > lastSequence) {
                lastSequence = sequence;
                each.accept(message);
            }
            if (message.metaData().pendingCount() == 0) {
                markLoaded();
            }
        }
    }

    private void markLoaded() {
        synchronized (order) {
            if (!isLoaded) {
                isLoaded = true;
                loaded.run();
            }
        }
    }

    /** Not on the thread of the client library that reports the reconnect. */
    private void subscribeAgain() {
        Thread.ofVirtual().name("watch of " + bucket).start(() -> {
            try {
                while (!closed && !trySubscribe()) {
                    Thread.sleep(RETRY);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
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
            current = null;
        }
    }

    @Override
    public boolean isFollowing() {
        var subscription = current;
        if (subscription == null) {
            return false;
        }
        try {
            return !subscription.getConsumerInfo().getName().isEmpty();
        } catch (IOException | JetStreamApiException | IllegalStateException e) {
            LOG.debug("watch without its consumer bucket={} cause={}", bucket, e.toString());
            return false;
        }
    }

    private String stream() {
        return "KV_" + bucket;
    }

    @Override
    public void close() {
        closed = true;
        nats.removeReconnectListener(whenReconnected);
        synchronized (this) {
            unsubscribe();
        }
    }
}
