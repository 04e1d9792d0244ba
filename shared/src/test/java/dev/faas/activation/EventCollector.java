package dev.faas.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.ActivationEvent.StateEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Collects the events of a feed on its own thread. */
final class EventCollector implements ActivationFeed.Listener {
    private final ActivationEvents events;
    private final Executor executor =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
    private final List<String> texts = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> sequences = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch ended = new CountDownLatch(1);

    EventCollector(ActivationEvents events) {
        this.events = events;
    }

    ActivationFeed follow(String id, long after) {
        var feed = new ActivationFeed(events, id, after, executor, this);
        executor.execute(feed::start);
        return feed;
    }

    void followStates(Snapshot known, boolean fresh) {
        var feed = ActivationFeed.ofStates(events, known, fresh, executor, this);
        executor.execute(feed::start);
    }

    void execute(Runnable task) {
        executor.execute(task);
    }

    /** Waits until all tasks so far have run. */
    void awaitExecuted() throws InterruptedException {
        var done = new CountDownLatch(1);
        executor.execute(done::countDown);
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }

    int count() {
        return texts.size();
    }

    List<Long> sequences() {
        return sequences;
    }

    List<String> awaitEnd() throws InterruptedException {
        assertThat(ended.await(20, TimeUnit.SECONDS))
                .as("events so far: " + texts)
                .isTrue();
        return List.copyOf(texts);
    }

    @Override
    public void onEvent(ActivationEvent event) {
        sequences.add(event.sequence());
        texts.add(
                switch (event) {
                    case StateEvent(var sequence, var record) ->
                        record.currentStatus().text();
                    case OutputEvent(var sequence, var chunk) -> new String(chunk.bytes(), StandardCharsets.UTF_8);
                });
    }

    @Override
    public void onEnd() {
        ended.countDown();
    }

    @Override
    public void onNotFound() {
        texts.add("not found");
        ended.countDown();
    }

    @Override
    public void onFailure(Throwable cause) {
        texts.add("failed: " + cause);
        ended.countDown();
    }
}
