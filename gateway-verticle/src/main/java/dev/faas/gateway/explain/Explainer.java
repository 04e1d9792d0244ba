package dev.faas.gateway.explain;

import dev.faas.acceptance.SpawnerRoom;
import dev.faas.activation.Activation;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.RunSpec;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.queue.QueueTable;
import dev.faas.gateway.explain.Explanation.FunctionShare;
import dev.faas.gateway.explain.Explanation.OwnerShare;
import dev.faas.gateway.explain.Explanation.Slots;
import dev.faas.gateway.explain.Explanation.Why;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.function.FunctionCache;
import dev.faas.gateway.read.ActivationReader;
import dev.faas.nats.retry.BusAnswer;
import dev.faas.quota.Quota;
import dev.faas.quota.Quota.Limit;
import dev.faas.wire.FunctionPauses;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Explains why an activation has not started, from the queues' stats and the spawners' heartbeats. */
public final class Explainer {
    private final ActivationReader reader;
    private final ActivationEvents events;
    private final CommandQueue queue;
    private final QueueTable table;
    private final Supplier<List<SpawnerHeartbeat>> spawners;
    private final SpawnerRoom room;
    private final Function<String, Quota> quotas;
    private final FunctionCache functions;
    private final InstantSource clock;

    public Explainer(
            ActivationReader reader,
            ActivationEvents events,
            CommandQueue queue,
            QueueTable table,
            Supplier<List<SpawnerHeartbeat>> spawners,
            Function<String, Quota> quotas,
            FunctionCache functions,
            InstantSource clock) {
        this.reader = reader;
        this.events = events;
        this.queue = queue;
        this.table = table;
        this.spawners = spawners;
        this.quotas = quotas;
        this.functions = functions;
        this.room = new SpawnerRoom(spawners);
        this.clock = clock;
    }

    /** Fails with {@code activation_not_found}. */
    public Future<Explanation> explain(String id, Caller caller) {
        return reader.findInStream(id, caller)
                .compose(newest -> newest.map(snapshot -> explain(snapshot.record()))
                        .orElseGet(() -> reader.getFromLedger(id, caller)
                                .map(entry -> ended(
                                        id,
                                        entry.record().path("status").asText(),
                                        entry.record().path("attempt").asInt(),
                                        entry.record().path("modeFallback").asText(null)))));
    }

    private Future<Explanation> explain(ActivationRecord record) {
        if (record instanceof ActivationRecord.Ended ended) {
            return Future.succeededFuture(ended(
                    record.id(),
                    record.currentStatus().text(),
                    record.attempt(),
                    ended.report().container().modeFallback()));
        }
        return switch (record) {
            case ActivationRecord.Queued queued ->
                BusAnswer.toFuture(table.latest()
                        .thenCombine(
                                queue.countAhead(ActivationCommand.of(queued.activation())),
                                (stats, ahead) -> new Ahead(ahead, stats))
                        .thenCombine(runSpec(queued), (place, runSpec) -> new Found(runSpec, place))
                        .thenCombine(
                                functions.pauses(
                                        queued.activation().owner(),
                                        queued.activation().function().id()),
                                (found, pauses) -> waiting(queued, found.runSpec(), found.place(), pauses)));
            case ActivationRecord.Running running ->
                BusAnswer.toFuture(table.latest().thenApply(stats -> running(running, stats)));
            case ActivationRecord.Ended never -> throw new IllegalStateException("ended");
        };
    }

    private record Ahead(OptionalLong count, List<QueueStats> stats) {}

    private record Found(Optional<RunSpec> runSpec, Ahead place) {}

    /** Only the first state has it. */
    private CompletableFuture<Optional<RunSpec>> runSpec(ActivationRecord.Queued queued) {
        return queued.order() != null
                ? CompletableFuture.completedFuture(Optional.of(queued.order()))
                : events.runSpec(queued.id());
    }

    private static Explanation ended(String id, String status, int attempt, @Nullable String modeFallback) {
        var detail = "It has ended. Its record says how." + (modeFallback == null ? "" : " " + modeFallback);
        return new Explanation(id, status, Why.ENDED, detail, attempt, null, null, null, null, null, null, null);
    }

    private Explanation running(ActivationRecord.Running running, List<QueueStats> stats) {
        var cancelled = running.cancelRequested() != null;
        return new Explanation(
                running.id(),
                running.currentStatus().text(),
                cancelled ? Why.BEING_CANCELLED : Why.RUNNING,
                "It runs on " + running.worker().spawner() + (cancelled ? ", which was asked to stop it." : "."),
                running.attempt(),
                null,
                null,
                null,
                null,
                function(running.activation(), stats),
                owner(running.activation(), stats),
                Slots.of(spawners.get()));
    }

    private Explanation waiting(
            ActivationRecord.Queued queued, Optional<RunSpec> runSpec, Ahead place, FunctionPauses pauses) {
        var ahead = place.count();
        var stats = place.stats();
        var function = function(queued.activation(), stats);
        var owner = owner(queued.activation(), stats);
        var alive = spawners.get();
        var slots = Slots.of(alive);
        var wait = queued.remainingWait(clock.instant());
        var tooLarge = runSpec.flatMap(it -> room.tooLarge(it.spec()));
        var noRoom = tooLarge.or(() -> runSpec.flatMap(it -> room.lackingNow(it.spec())));
        var why = wait.isPositive()
                ? queued.isDelayed() ? Why.NOT_BEFORE : Why.RETRY_LATER
                : pauses.isPaused()
                        ? Why.FUNCTION_PAUSED
                        : why(function, owner, slots, tooLarge.isPresent(), noRoom.isPresent());
        var detail = why == Why.NO_MEMORY
                ? noRoom.orElseThrow()
                : detail(why, wait, function, owner, slots, troubles(alive));
        return new Explanation(
                queued.id(),
                queued.currentStatus().text(),
                why,
                detail,
                queued.attempt(),
                queued.lastReason(),
                queued.nextAttemptAt(),
                queued.expiry(clock.instant(), pauses),
                ahead.isPresent() ? ahead.getAsLong() : null,
                function,
                owner,
                slots);
    }

    private static Why why(
            FunctionShare function, OwnerShare owner, Slots slots, boolean isTooLarge, boolean lacksRoom) {
        if (slots.spawners() == 0) {
            return Why.NO_SPAWNER;
        }
        if (function.limit() != null && function.running() >= function.limit()) {
            return Why.FUNCTION_AT_LIMIT;
        }
        if (owner.limit() != null && owner.running() >= owner.limit()) {
            return Why.OWNER_AT_LIMIT;
        }
        if (isTooLarge) {
            return Why.NO_MEMORY;
        }
        if (slots.free() == 0 || isReservedForOthers(owner, slots)) {
            return Why.NO_FREE_SLOT;
        }
        return lacksRoom ? Why.NO_MEMORY : Why.ABOUT_TO_START;
    }

    private static boolean isReservedForOthers(OwnerShare owner, Slots slots) {
        return owner.running() > 0 && slots.free() <= SpawnerHeartbeat.reservedSlots(slots.slots());
    }

    /** @param troubles a sentence about alive spawners that cannot start anything; may be empty */
    private static String detail(
            Why why, Duration wait, FunctionShare function, OwnerShare owner, Slots slots, String troubles) {
        return switch (why) {
            case NOT_BEFORE -> "Its submit delays it: it starts in " + (wait.toSeconds() + 1) + " s at the earliest.";
            case RETRY_LATER -> "Its next attempt starts in " + (wait.toSeconds() + 1) + " s at the earliest.";
            case FUNCTION_PAUSED ->
                "Its function is paused. It starts when that is resumed; until then its time in the queue does not count.";
            case NO_SPAWNER -> troubles.isEmpty() ? "No spawner is alive. It starts when there is one." : troubles;
            case FUNCTION_AT_LIMIT ->
                "Its function runs " + function.running() + " activations, which is its concurrency limit.";
            case OWNER_AT_LIMIT ->
                "This user runs " + owner.running() + " activations, and may run " + owner.limit() + " at once.";
            case NO_FREE_SLOT ->
                (slots.free() > 0
                                ? "The " + slots.free() + " free slots are reserved for users with nothing running. "
                                : "All " + slots.slots() + " slots are taken. ")
                        + owner.ownersWaiting() + " users with queued work take turns at the next free slots."
                        + (troubles.isEmpty() ? "" : " " + troubles);
            default -> "A slot is free: it should start in a moment.";
        };
    }

    private static String troubles(List<SpawnerHeartbeat> alive) {
        var each = alive.stream()
                .filter(heartbeat -> heartbeat.trouble() != null)
                .map(heartbeat -> heartbeat.spawner() + " (" + heartbeat.trouble() + ")")
                .toList();
        return each.isEmpty() ? "" : "Alive but unable to start anything: " + String.join(", ", each) + ".";
    }

    private static FunctionShare function(Activation activation, List<QueueStats> stats) {
        var key = activation.function();
        return stats.stream()
                .filter(each -> each.key().function().equals(key.id()))
                .findFirst()
                .map(it -> new FunctionShare(key.id(), key.name(), it.queued(), it.running(), it.limit()))
                .orElseGet(() -> new FunctionShare(key.id(), key.name(), 0, 0, null));
    }

    private OwnerShare owner(Activation activation, List<QueueStats> stats) {
        var own = stats.stream()
                .filter(each -> each.key().owner().equals(activation.owner()))
                .toList();
        var quota = quotas.apply(activation.owner());
        long waiting = stats.stream()
                .filter(each -> each.queued() > 0)
                .map(each -> each.key().owner())
                .distinct()
                .count();
        return new OwnerShare(
                own.stream().mapToLong(QueueStats::queued).sum(),
                own.stream().mapToLong(QueueStats::running).sum(),
                waiting,
                waiting == 0 ? 1 : Math.round(1000.0 / waiting) / 1000.0,
                quota.isLimited(Limit.RUNNING) ? quota.of(Limit.RUNNING) : null);
    }
}
