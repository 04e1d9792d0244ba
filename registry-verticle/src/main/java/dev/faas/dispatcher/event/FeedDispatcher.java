package dev.faas.dispatcher.event;

import dev.faas.feed.FeedOwners;
import dev.faas.feed.FeedPublisher;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Nats;
import dev.faas.pg.Pg;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.IntConsumer;

/** Publishes events other than states of activations to feeds. What a crash leaves is published again, and stored there once. */
public final class FeedDispatcher {
    private static final int BATCH = 500;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final FeedStore store;
    private final FeedPublisher feed;

    private FeedDispatcher(FeedStore store, FeedPublisher feed) {
        this.store = store;
        this.feed = feed;
    }

    public static void start(Lifecycle.Steps on, Nats nats, Pg pg, MeterRegistry meters) throws Exception {
        var owners = on.open("feeds of the dispatcher", () -> FeedOwners.follow(nats), FeedOwners::close);
        var dispatcher = new FeedDispatcher(new FeedStore(pg), new FeedPublisher(nats, owners, published(meters)));
        on.open(
                "events for feeds",
                () -> RepeatingTask.startPaced("feed", PAUSE, dispatcher::runOnce),
                RepeatingTask::stop);
    }

    /** Counts what all parts of this process publish. */
    public static IntConsumer published(MeterRegistry meters) {
        return Counter.builder("faas.feed.published")
                .description("Events published to feeds of owners who listen")
                .register(meters)::increment;
    }

    private Duration runOnce() throws Exception {
        var events = Blocking.await(store.find(BATCH));
        if (events.isEmpty()) {
            return PAUSE;
        }
        feed.publish(events.stream()
                .filter(event -> feed.hasListeners(event.owner()))
                .toList());
        Blocking.await(store.remove(events));
        return events.size() < BATCH ? PAUSE : Duration.ZERO;
    }
}
