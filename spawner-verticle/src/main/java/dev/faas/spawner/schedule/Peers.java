package dev.faas.spawner.schedule;

import dev.faas.nats.BusException;
import dev.faas.nats.LiveMessage;
import dev.faas.nats.Nats;
import dev.faas.nats.Nats.Subscription;
import dev.faas.wire.Codec;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import dev.faas.wire.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges work that waits for a slot between spawners: the broker notifies only one spawner of a command. An offer goes from
 * spawner to spawner until one has a slot. Each message may be lost: the work still waits where it was, and a queue scan finds
 * it too. Nothing here blocks.
 */
public interface Peers {
    /** Receives what other spawners send, on a NATS thread. */
    interface Listener {
        /** Work waits for a slot at the offer's origin. */
        void workOffered(QueueKey key, Offer offer);

        /** Another spawner starts the work that this one offered. */
        void offerTaken(QueueKey key);

        /** A spawner that could not take an offer of this one has a free slot. */
        void offersRequested(String spawner);

        /** Another spawner found no command although there should be one: the function may be at its concurrency limit. */
        void limitReached(QueueKey key);
    }

    /**
     * An offer on its way.
     *
     * @param origin id of the spawner where the work waits
     * @param visited ids of the spawners that need not be asked
     */
    record Offer(String origin, List<String> visited) implements Versioned {
        public Offer {
            Objects.requireNonNull(origin);
            visited = List.copyOf(visited);
        }
    }

    /** Offers work to any spawner. */
    void offer(QueueKey key);

    /** Offers work to this spawner only. */
    void offerTo(String spawner, QueueKey key);

    /** Passes an offer that this spawner cannot take on to the next one, if any is left. */
    void passOn(QueueKey key, Offer offer);

    void take(QueueKey key, Offer offer);

    void requestOffers(String spawner);

    /** Requests offers of all spawners. */
    void requestOffers();

    void reportLimit(QueueKey key);

    Subscription listen(Listener listener);

    /**
     * @param self id of this spawner
     * @param spawners ids of the spawners that are alive and take work; this one may be among them
     */
    static Peers of(Nats nats, String self, Supplier<List<String>> spawners) {
        return new OverNats(nats, self, spawners);
    }

    /** Sends plain messages. */
    final class OverNats implements Peers {
        private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
        private static final int MAX_VISITS = 8;

        private final Nats nats;
        private final String self;
        private final Supplier<List<String>> spawners;

        private OverNats(Nats nats, String self, Supplier<List<String>> spawners) {
            this.nats = nats;
            this.self = self;
            this.spawners = spawners;
        }

        @Override
        public void offer(QueueKey key) {
            passOn(key, new Offer(self, List.of()));
        }

        @Override
        public void passOn(QueueKey key, Offer offer) {
            var visited = new ArrayList<>(offer.visited());
            visited.add(self);
            var left = spawners.get().stream()
                    .filter(spawner -> !visited.contains(spawner) && !spawner.equals(offer.origin()))
                    .toList();
            if (!left.isEmpty() && visited.size() <= MAX_VISITS) {
                var next = left.get(ThreadLocalRandom.current().nextInt(left.size()));
                publish(Subjects.workOffer(next, key), Codec.encode(new Offer(offer.origin(), visited)));
            }
        }

        @Override
        public void offerTo(String spawner, QueueKey key) {
            // All count as visited: the receiver does not pass it on.
            publish(Subjects.workOffer(spawner, key), Codec.encode(new Offer(self, spawners.get())));
        }

        @Override
        public void take(QueueKey key, Offer offer) {
            publish(Subjects.offerTaken(offer.origin(), key), new byte[0]);
        }

        @Override
        public void requestOffers(String spawner) {
            publish(Subjects.offerRequest(spawner, self), new byte[0]);
        }

        @Override
        public void requestOffers() {
            spawners.get().stream().filter(spawner -> !spawner.equals(self)).forEach(this::requestOffers);
        }

        @Override
        public void reportLimit(QueueKey key) {
            publish(Subjects.limitReport(key), new byte[0]);
        }

        private void publish(String subject, byte[] body) {
            try {
                nats.publish(subject, body);
            } catch (BusException e) {
                LOG.debug("message to other spawners not sent subject={} cause={}", subject, e.getMessage());
            }
        }

        @Override
        public Subscription listen(Listener listener) {
            var subscriptions = List.of(
                    nats.subscribe(Subjects.workOffers(self), message -> onOffer(message, listener)),
                    nats.subscribe(Subjects.offersTaken(self), message -> forQueue(message, listener::offerTaken)),
                    nats.subscribe(
                            Subjects.offerRequests(self), message -> listener.offersRequested(lastToken(message))),
                    nats.subscribe(Subjects.ALL_LIMIT_REPORTS, message -> forQueue(message, listener::limitReached)));
            return () -> subscriptions.forEach(Subscription::close);
        }

        private static void onOffer(LiveMessage message, Listener listener) {
            try {
                var offer = Codec.decode(message.message().bytes(), Offer.class);
                forQueue(message, key -> listener.workOffered(key, offer));
            } catch (Codec.CodecException e) {
                LOG.debug("offer not readable", e);
            }
        }

        private static void forQueue(LiveMessage message, Consumer<QueueKey> handler) {
            Subjects.queueKey(message.message().subject()).ifPresent(handler);
        }

        private static String lastToken(LiveMessage message) {
            var subject = message.message().subject();
            return subject.substring(subject.lastIndexOf('.') + 1);
        }
    }
}
