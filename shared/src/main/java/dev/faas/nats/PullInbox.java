package dev.faas.nats;

import dev.faas.nats.Delivery.Sender;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import java.nio.charset.StandardCharsets;
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
    public sealed interface Pulled {
        record Message(Delivery delivery) implements Pulled {}

        /** Nothing to be had: the queue is empty, or its function at its limit. */
        record Nothing() implements Pulled {}

        record NoConsumer() implements Pulled {}
    }

    private static final Duration LATE = Duration.ofSeconds(2);

    private final Connection connection;
    private final String stream;
    private final Consumer<Delivery> unexpected;
    private final Sender sender;
    private final Dispatcher dispatcher;
    private final String inbox;
    private final AtomicLong tokens = new AtomicLong();
    private final Map<String, CompletableFuture<Pulled>> waiting = new ConcurrentHashMap<>();

    PullInbox(Connection connection, String stream, Consumer<Delivery> unexpected, Sender sender) {
        this.connection = connection;
        this.stream = stream;
        this.unexpected = unexpected;
        this.sender = sender;
        this.inbox = connection.createInbox() + ".";
        this.dispatcher = connection.createDispatcher(this::received);
        dispatcher.subscribe(inbox + "*");
    }

    /** One message of the consumer, if there is one now or within {@code expires}. */
    public CompletableFuture<Pulled> pull(String consumer, Duration expires) {
        var token = Long.toString(tokens.incrementAndGet(), 36);
        var result = new CompletableFuture<Pulled>();
        waiting.put(token, result);
        try {
            connection.publish(
                    "$JS.API.CONSUMER.MSG.NEXT." + stream + "." + consumer,
                    inbox + token,
                    ("{\"batch\":1,\"expires\":" + expires.toNanos() + "}").getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalStateException e) {
            waiting.remove(token);
            return CompletableFuture.failedFuture(new BusException.BusUnavailable("not connected", e));
        }
        return result.completeOnTimeout(new Pulled.Nothing(), expires.plus(LATE).toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((pulled, failure) -> waiting.remove(token));
    }

    private void received(Message message) {
        var pull = waiting.remove(message.getSubject().substring(inbox.length()));
        if (message.isStatusMessage()) {
            if (pull != null) {
                boolean gone = message.getStatus().getCode() == 503
                        || message.getStatus().getMessage().contains("Consumer Deleted");
                pull.complete(gone ? new Pulled.NoConsumer() : new Pulled.Nothing());
            }
            return;
        }
        var delivery = new Delivery(message, sender);
        if (pull == null || !pull.complete(new Pulled.Message(delivery))) {
            unexpected.accept(delivery);
        }
    }

    @Override
    public void close() {
        connection.closeDispatcher(dispatcher);
    }
}
