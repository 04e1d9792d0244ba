package dev.faas.nats;

import dev.faas.nats.Delivery.Sender;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Pulls one message at a time under a single reply subscription that lives as long as the part. A pull has an expiry and is
 * never {@code no_wait}: at {@code max_ack_pending} such a one gets no answer, stays, and is served later into nowhere. Here
 * a message that comes after its pull was given up is still a delivery, and goes to {@code unexpected}.
 */
public final class PullInbox implements AutoCloseable {
    /** What a pull came to. */
    public sealed interface PullResult {
        record Message(Delivery delivery) implements PullResult {}

        /** Nothing to be had: the queue is empty, or its function at its limit. */
        record Empty() implements PullResult {}

        record NoConsumer() implements PullResult {}
    }

    private static final Duration LATE = Duration.ofSeconds(2);

    private final Connection connection;
    private final String stream;
    private final Consumer<Delivery> unexpected;
    private final Sender sender;
    private final Dispatcher dispatcher;
    private final String inbox;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<String, Pull> waiting = new ConcurrentHashMap<>();

    private record Pull(String replyTo, CompletableFuture<PullResult> result) {}

    PullInbox(Connection connection, String stream, Consumer<Delivery> unexpected, Sender sender) {
        this.connection = connection;
        this.stream = stream;
        this.unexpected = unexpected;
        this.sender = sender;
        this.inbox = connection.createInbox() + ".";
        this.dispatcher = connection.createDispatcher(this::onMessage);
        dispatcher.subscribe(inbox + ">");
    }

    /**
     * One message of the consumer, if there is one now or within {@code expires}. One pull a consumer at a time: a message is
     * told by its consumer, since it comes under the subject it was stored with; only a status comes under the pull's own.
     */
    public CompletableFuture<PullResult> pull(String consumer, Duration expires) {
        var replyTo = inbox + consumer + "." + numbers.incrementAndGet();
        var pull = new Pull(replyTo, new CompletableFuture<>());
        if (waiting.putIfAbsent(consumer, pull) != null) {
            throw new IllegalStateException("a pull of " + consumer + " is under way");
        }
        try {
            Consumers.pull(connection, stream, consumer, replyTo, 1, expires);
        } catch (IllegalStateException e) {
            waiting.remove(consumer, pull);
            return CompletableFuture.failedFuture(new BusException.BusUnavailable("not connected", e));
        }
        return pull.result()
                .completeOnTimeout(new PullResult.Empty(), expires.plus(LATE).toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((pulled, failure) -> waiting.remove(consumer, pull));
    }

    private void onMessage(Message message) {
        if (message.isStatusMessage()) {
            onStatus(message);
            return;
        }
        var delivery = new Delivery(message, sender);
        var pull = waiting.remove(message.metaData().getConsumer());
        if (pull == null || !pull.result().complete(new PullResult.Message(delivery))) {
            unexpected.accept(delivery);
        }
    }

    private void onStatus(Message status) {
        var consumer = status.getSubject()
                .substring(inbox.length(), status.getSubject().lastIndexOf('.'));
        var pull = waiting.get(consumer);
        if (pull != null && pull.replyTo().equals(status.getSubject())) {
            boolean gone = status.getStatus().getCode() == 503
                    || status.getStatus().getMessage().contains("Consumer Deleted");
            waiting.remove(consumer, pull);
            pull.result().complete(gone ? new PullResult.NoConsumer() : new PullResult.Empty());
        }
    }

    @Override
    public void close() {
        if (dispatcher.isActive()) {
            connection.closeDispatcher(dispatcher);
        }
    }
}
