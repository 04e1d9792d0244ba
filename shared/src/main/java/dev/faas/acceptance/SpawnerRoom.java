package dev.faas.acceptance;

import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.wire.Capacity;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Problem;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Tells what spawners have room for, from their heartbeats. Thread-safe. */
public final class SpawnerRoom {
    private static final int RETRY_SECONDS = 30;
    private static final Comparator<Capacity> BY_SIZE =
            Comparator.comparingLong(Capacity::memoryMb).thenComparingLong(Capacity::pids);

    private final Supplier<List<SpawnerHeartbeat>> heartbeats;

    /** @param heartbeats of spawners that are alive */
    public SpawnerRoom(Supplier<List<SpawnerHeartbeat>> heartbeats) {
        this.heartbeats = heartbeats;
    }

    /** Why no living spawner can ever run it; empty if one can, if none is alive, or if a heartbeat has no budget. */
    public Optional<String> tooLarge(FunctionSpec spec) {
        var need = Capacity.of(spec.limits());
        var alive = heartbeats.get();
        if (alive.isEmpty() || alive.stream().anyMatch(beat -> beat.budget() == null)) {
            return Optional.empty();
        }
        var parts = budgets(alive).map(SpawnerHeartbeat.Budget::part).toList();
        return parts.stream().anyMatch(part -> part.holds(need))
                ? Optional.empty()
                : Optional.of("It needs %s, more than any spawner has for its activations: the largest has %s."
                        .formatted(text(need), text(parts.stream().max(BY_SIZE).orElseThrow())));
    }

    /** Why no spawner with a free slot can run it now; empty if one can, or does not tell. */
    public Optional<String> lackingNow(FunctionSpec spec) {
        var need = Capacity.of(spec.limits());
        var able = heartbeats.get().stream()
                .filter(beat -> beat.trouble() == null && beat.free() > 0)
                .toList();
        if (able.isEmpty()
                || able.stream().anyMatch(beat -> beat.budget() == null)
                || budgets(able).anyMatch(budget -> budget.free().holds(need))) {
            return Optional.empty();
        }
        var most = budgets(able).map(SpawnerHeartbeat.Budget::free).max(BY_SIZE).orElseThrow();
        return Optional.of(
                "It needs %s, and no spawner with a free slot has them free: the most is %s. It starts when other activations have ended."
                        .formatted(text(need), text(most)));
    }

    void requireRoom(FunctionSpec spec) {
        tooLarge(spec).ifPresent(why -> {
            throw Problem.unavailable(
                            "No spawner can run the function '" + spec.name() + "'. " + why
                                    + " Nothing was accepted. Lower its limits, or ask those who run the platform for a larger spawner.",
                            RETRY_SECONDS)
                    .asException();
        });
    }

    private static Stream<SpawnerHeartbeat.Budget> budgets(List<SpawnerHeartbeat> beats) {
        return beats.stream().flatMap(beat -> Stream.ofNullable(beat.budget()));
    }

    private static String text(Capacity capacity) {
        return "%d MiB of memory and %d processes".formatted(capacity.memoryMb(), capacity.pids());
    }
}
