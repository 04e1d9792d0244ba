package dev.faas.registry.ledger;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationView;
import dev.faas.activation.Snapshot;
import dev.faas.destination.DestinationSpec;
import dev.faas.feed.FeedPublisher;
import dev.faas.wire.Codec;
import java.time.Instant;
import java.util.Collection;

/** Publishes states of activations to the feeds of their owners. */
public final class StateFeed implements Projection.Feed {
    private final FeedPublisher feed;

    public StateFeed(FeedPublisher feed) {
        this.feed = feed;
    }

    /** Each state is in the feed once, however often this is called. Blocks. */
    @Override
    public void publish(Collection<Snapshot> states) throws Exception {
        feed.publish(states.stream()
                .filter(state -> feed.hasListeners(state.record().activation().owner()))
                .map(StateFeed::event)
                .toList());
    }

    private static FeedPublisher.Event event(Snapshot state) {
        var record = state.record();
        var data = (ObjectNode) Codec.toTree(ActivationView.of(record).withoutResult());
        data.put("sequence", state.sequence());
        return new FeedPublisher.Event(
                record.activation().owner(),
                record.id() + "." + state.sequence(),
                DestinationSpec.eventType(record.currentStatus().text()),
                beganAt(record),
                data);
    }

    private static Instant beganAt(ActivationRecord record) {
        return switch (record) {
            case ActivationRecord.Queued queued ->
                queued.attempts().isEmpty()
                        ? queued.activation().submittedAt()
                        : queued.attempts().getLast().finishedAt();
            case ActivationRecord.Running running -> running.claimedAt();
            case ActivationRecord.Ended ended -> ended.report().finishedAt();
        };
    }
}
