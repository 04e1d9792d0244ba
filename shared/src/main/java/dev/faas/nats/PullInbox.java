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

/** Pulls one message at a time, with one reply subscription for the whole process. A pull has an expiry and is never
 * {@code no_wait}: at {@code max_ack_pending} the server would not answer such a pull, and would deliver to it later, after
 * the caller has given up. Here a message that arrives after its pull was given up goes to {@code unexpected}.
 */
public final class PullInbox implements AutoCloseable {

    public sealed interface PullResult {
        record Message(Delivery delivery) implements PullResult {}

        /** The queue is empty, or its function is at its limit. */
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

    private record Pull(String replyTo, long until, CompletableFuture<PullResult> result) {}

    PullInbox(Connection connection, String inbox, String stream, Consumer<Delivery> unexpected, Sender sender) {
        this.connection = connection;
        this.stream = stream;
        this.unexpected = unexpected;
        this.sender = sender;
        this.inbox = inbox + ".";
        this.dispatcher = connection.createDispatcher(this::onMessage);
        dispatcher.subscribe(this.inbox + ">");
    }

    /** Requests one message of the consumer, available now or within {@code expires}. Only one pull of a consumer at a time: a
     * message arrives with the subject it was stored with, so only its consumer shows to which pull it belongs.
     */
    public CompletableFuture<PullResult> pull(String consumer, Duration expires) {
        var replyTo = inbox + consumer + "." + numbers.incrementAndGet();
        var pull = new Pull(replyTo, System.nanoTime() + expires.toNanos(), new CompletableFuture<>());
        if (waiting.putIfAbsent(consumer, pull) != null) {
            throw new IllegalStateException("consumer " + consumer + " is being pulled already");
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
        DeliveredMessage.of(message, stream)
                .ifPresentOrElse(
                        delivered -> onDelivery(delivered.consumer(), new Delivery(message, delivered, sender)),
                        () -> onStatus(message));
    }

    private void onDelivery(String consumer, Delivery delivery) {
        if (delivery.isForeign()) {
            var unused = delivery.removeForeign().whenComplete((done, failure) -> repeatPull(consumer));
            return;
        }
        var pull = waiting.remove(consumer);
        if (pull == null || !pull.result().complete(new PullResult.Message(delivery))) {
            unexpected.accept(delivery);
        }
    }

    /** The pull has got a message that was removed. */
    private void repeatPull(String consumer) {
        var pull = waiting.get(consumer);
        long left = pull == null ? 0 : pull.until() - System.nanoTime();
        if (left > 0) {
            Consumers.pull(connection, stream, consumer, pull.replyTo(), 1, Duration.ofNanos(left));
        }
    }

    private void onStatus(Message status) {
        if (!status.isStatusMessage() || !status.getSubject().startsWith(inbox)) {
            return;
        }
        var consumer = status.getSubject()
                .substring(inbox.length(), status.getSubject().lastIndexOf('.'));
        var pull = waiting.get(consumer);
        if (pull != null && pull.replyTo().equals(status.getSubject())) {
            boolean noConsumer = status.getStatus().getCode() == 503
                    || status.getStatus().getMessage().contains("Consumer Deleted");
            waiting.remove(consumer, pull);
            pull.result().complete(noConsumer ? new PullResult.NoConsumer() : new PullResult.Empty());
        }
    }

    @Override
    public void close() {
        if (dispatcher.isActive()) {
            connection.closeDispatcher(dispatcher);
        }
    }
}
