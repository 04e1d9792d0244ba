package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.nats.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Holds back states of unfinished activations for a second, so that the ledger gets one row version of an activation that ends
 * meanwhile: its end releases what is held of it. For one thread.
 */
final class HeldStates {
    /** A state, and the delivery to acknowledge once the ledger has it. */
    record DecodedState(Delivery delivery, Snapshot state) {}

    private static final class Held {
        private final long since = System.nanoTime();
        private final List<DecodedState> states = new ArrayList<>();
    }

    private static final long LIMIT_NANOS = Duration.ofSeconds(1).toNanos();
    /** The registries share 4,096 unacknowledged states. */
    private static final int MAX_STATES = 1_024;
    /** One accepted event may have 800 kB. */
    private static final long MAX_BYTES = 16 << 20;

    private final LinkedHashMap<String, Held> byId = new LinkedHashMap<>();
    private final List<DecodedState> released = new ArrayList<>();
    private int states;
    private long bytes;

    void add(DecodedState added) {
        var id = added.state().record().id();
        byId.computeIfAbsent(id, first -> new Held()).states.add(added);
        states++;
        bytes += size(added);
        if (isReleased(added.state().record())) {
            release(byId.remove(id));
        }
    }

    /** The dispatcher finds a delayed one by its row. */
    private static boolean isReleased(ActivationRecord record) {
        return record instanceof ActivationRecord.Ended
                || (record instanceof ActivationRecord.Queued queued && queued.isDelayed());
    }

    /** All states of activations that have ended, are held for a second, or exceed the room, which is made by the oldest. */
    List<DecodedState> takeDue() {
        while (!byId.isEmpty() && (states > MAX_STATES || bytes > MAX_BYTES || nanosUntilDue() <= 0)) {
            release(byId.pollFirstEntry().getValue());
        }
        return takeReleased();
    }

    List<DecodedState> takeAll() {
        byId.values().forEach(this::release);
        byId.clear();
        return takeReleased();
    }

    /** How long the oldest is still held, at most {@code limit}. */
    Duration untilDue(Duration limit) {
        return byId.isEmpty() ? limit : Duration.ofNanos(Math.clamp(nanosUntilDue(), 0, limit.toNanos()));
    }

    private long nanosUntilDue() {
        return byId.firstEntry().getValue().since + LIMIT_NANOS - System.nanoTime();
    }

    private void release(Held held) {
        held.states.forEach(each -> bytes -= size(each));
        states -= held.states.size();
        released.addAll(held.states);
    }

    private List<DecodedState> takeReleased() {
        var taken = List.copyOf(released);
        released.clear();
        return taken;
    }

    private static int size(DecodedState state) {
        return state.delivery().bytes().length;
    }
}
