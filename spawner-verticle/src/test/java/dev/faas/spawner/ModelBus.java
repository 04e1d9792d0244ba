package dev.faas.spawner;

import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.activation.States;
import dev.faas.nats.BusFailures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Models in memory what the broker stores of one activation: its states behind compare-and-set, its queued command, its parked
 * command. Every request is a step of the interleaving, and an acknowledgement may be lost.
 */
final class ModelBus implements States {
    private final Interleaving world;
    private final RunSpec order;
    private final List<Snapshot> states = new ArrayList<>();
    private long sequence;
    private long command;
    private long deliveries;
    private long commands;
    private final List<Instant> parked = new ArrayList<>();
    private boolean pruned;
    double lostAnswers;

    ModelBus(Interleaving world, RunSpec order) {
        this.world = world;
        this.order = order;
    }

    @Override
    public CompletableFuture<AppendResult> append(ActivationRecord next, long expected) {
        world.step("appends " + next.currentStatus() + " behind " + expected);
        long last = newest().map(Snapshot::sequence).orElse(0L);
        AppendResult answer;
        if (last == expected && !(pruned && expected == 0)) {
            var stored = new Snapshot(next, ++sequence);
            states.add(stored);
            world.note("  stored as " + sequence + ": " + describe(next));
            answer = new AppendResult.Stored(stored);
        } else {
            answer = new AppendResult.Superseded(newest());
        }
        return world.chance(lostAnswers)
                ? CompletableFuture.failedFuture(BusFailures.unknown())
                : CompletableFuture.completedFuture(answer);
    }

    private static String describe(ActivationRecord record) {
        return record.currentStatus() + ", attempt " + record.attempt() + ", faults " + record.platformFaults();
    }

    @Override
    public CompletableFuture<Optional<Snapshot>> last(String id) {
        world.step("reads the state");
        return CompletableFuture.completedFuture(newest());
    }

    /** A replica may lag by any number of states. */
    @Override
    public CompletableFuture<Optional<Snapshot>> lastFromReplica(String id) {
        world.step("glances at the state");
        int lag = world.chance(0.8) ? 0 : 1 + world.random.nextInt(3);
        var seen = states.size() - 1 - lag;
        return CompletableFuture.completedFuture(
                lag == 0 ? newest() : seen < 0 ? Optional.empty() : Optional.of(states.get(seen)));
    }

    @Override
    public CompletableFuture<Optional<RunSpec>> runSpec(String id) {
        return CompletableFuture.completedFuture(pruned ? Optional.empty() : Optional.of(order));
    }

    /** For assertions: not a step. */
    Optional<Snapshot> newest() {
        return pruned || states.isEmpty() ? Optional.empty() : Optional.of(states.getLast());
    }

    /** All states so far. */
    List<ActivationRecord> history() {
        return states.stream().map(Snapshot::record).toList();
    }

    void prune() {
        pruned = true;
    }

    boolean mayPrune() {
        return !pruned
                && newest().map(Snapshot::record)
                        .filter(Ended.class::isInstance)
                        .isPresent();
    }

    /** Refused if a command is queued. */
    void put() {
        world.step("puts the command");
        if (command == 0) {
            command = ++commands;
            deliveries = 0;
        }
    }

    boolean queued() {
        return command != 0;
    }

    /** Delivers the command, perhaps again. */
    long deliver() {
        deliveries++;
        return command;
    }

    long deliveries() {
        return deliveries;
    }

    void ack(long which) {
        world.step("acknowledges");
        if (command == which) {
            command = 0;
        }
    }

    void purge() {
        world.step("purges the command");
        command = 0;
    }

    void park(Queued waiting) {
        world.step("parks");
        if (!parked.contains(waiting.nextAttemptAt())) {
            parked.add(waiting.nextAttemptAt());
        }
    }

    Optional<Instant> parked() {
        return parked.isEmpty() ? Optional.empty() : Optional.of(parked.get(world.random.nextInt(parked.size())));
    }

    void unpark(Instant due) {
        world.step("acknowledges what was parked");
        parked.remove(due);
    }
}
