package dev.faas.gateway.explain;

import dev.faas.activation.Activation;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.gateway.explain.Explanation.FunctionShare;
import dev.faas.gateway.explain.Explanation.OwnerShare;
import dev.faas.gateway.explain.Explanation.Slots;
import dev.faas.gateway.explain.Explanation.Why;
import dev.faas.gateway.forward.BusAnswer;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.read.ActivationReader;
import dev.faas.gateway.submit.Backpressure;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Tells why an activation has not started: out of the queues, and of what the spawners say of themselves. */
public final class Explainer {
    private final ActivationReader reader;
    private final CommandQueue queue;
    private final Backpressure pressure;
    private final Supplier<List<SpawnerHeartbeat>> spawners;
    private final InstantSource clock;

    public Explainer(
            ActivationReader reader,
            CommandQueue queue,
            Backpressure pressure,
            Supplier<List<SpawnerHeartbeat>> spawners,
            InstantSource clock) {
        this.reader = reader;
        this.queue = queue;
        this.pressure = pressure;
        this.spawners = spawners;
        this.clock = clock;
    }

    /** Fails with {@code activation_not_found}. */
    public Future<Explanation> of(String id, Caller caller) {
        return reader.alive(id, caller)
                .compose(alive -> alive.map(snapshot -> explain(snapshot.record()))
                        .orElseGet(() -> reader.past(id, caller)
                                .map(entry -> ended(
                                        id,
                                        entry.record().path("status").asText(),
                                        entry.record().path("attempt").asInt()))));
    }

    private Future<Explanation> explain(ActivationRecord record) {
        if (record instanceof ActivationRecord.Ended) {
            return Future.succeededFuture(
                    ended(record.id(), record.currentStatus().text(), record.attempt()));
        }
        var command = ActivationCommand.of(record.activation());
        return BusAnswer.answer(pressure.standings()
                .thenCombine(queue.countAhead(command), (standings, before) -> switch (record) {
                    case ActivationRecord.Queued queued -> waiting(queued, before, standings);
                    case ActivationRecord.Running running -> running(running, standings);
                    case ActivationRecord.Ended never -> throw new IllegalStateException("ended");
                }));
    }

    private static Explanation ended(String id, String status, int attempt) {
        var detail = "It has ended, and waits for nothing. Its record says how.";
        return new Explanation(id, status, Why.ENDED, detail, attempt, null, null, null, null, null, null, null);
    }

    private Explanation running(ActivationRecord.Running running, List<QueueStats> standings) {
        var cancelled = running.cancelRequested() != null;
        return new Explanation(
                running.id(),
                running.currentStatus().text(),
                cancelled ? Why.BEING_CANCELLED : Why.RUNNING,
                "It runs on " + running.worker().spawner()
                        + (cancelled ? ", which has been asked to stop it." : ", and waits for nothing."),
                running.attempt(),
                null,
                null,
                null,
                null,
                function(running.activation(), standings),
                owner(running.activation(), standings),
                slots(spawners.get()));
    }

    private Explanation waiting(ActivationRecord.Queued queued, OptionalLong before, List<QueueStats> standings) {
        var function = function(queued.activation(), standings);
        var owner = owner(queued.activation(), standings);
        var alive = spawners.get();
        var slots = slots(alive);
        var wait = queued.remainingWait(clock.instant());
        var why = why(wait, function, owner, slots);
        var detail = detail(why, wait, function, owner, slots, troubles(alive));
        return new Explanation(
                queued.id(),
                queued.currentStatus().text(),
                why,
                detail,
                queued.attempt(),
                queued.lastReason(),
                queued.nextAttemptAt(),
                queued.expiresAt(),
                before.isPresent() ? before.getAsLong() : null,
                function,
                owner,
                slots);
    }

    private static Why why(Duration wait, FunctionShare function, OwnerShare owner, Slots slots) {
        if (wait.isPositive()) {
            return Why.RETRY_LATER;
        }
        if (slots.spawners() == 0) {
            return Why.NO_SPAWNER;
        }
        if (function.limit() != null && function.running() >= function.limit()) {
            return Why.FUNCTION_AT_LIMIT;
        }
        return slots.free() == 0 || keptFromHim(owner, slots) ? Why.NO_FREE_SLOT : Why.ABOUT_TO_START;
    }

    private static boolean keptFromHim(OwnerShare owner, Slots slots) {
        return owner.running() > 0 && slots.free() <= SpawnerHeartbeat.reservedSlots(slots.slots());
    }

    /** @param troubles of spawners that are alive and can start nothing, in a sentence; empty without any */
    private static String detail(
            Why why, Duration wait, FunctionShare function, OwnerShare owner, Slots slots, String troubles) {
        return switch (why) {
            case RETRY_LATER -> "Its next attempt begins in " + (wait.toSeconds() + 1) + " s at the earliest.";
            case NO_SPAWNER ->
                troubles.isEmpty() ? "No spawner is alive: nothing starts until there is one." : troubles;
            case FUNCTION_AT_LIMIT ->
                "Its function runs " + function.running() + " times, as often as its concurrency allows.";
            case NO_FREE_SLOT ->
                (slots.free() > 0
                                ? "The " + slots.free()
                                        + " slots that are free are kept for users who have nothing running. "
                                : "All " + slots.slots() + " slots are taken. ")
                        + owner.ownersWaiting() + " users with work queued take turns at the next ones."
                        + (troubles.isEmpty() ? "" : " " + troubles);
            default -> "There is a free slot: it should start in a moment.";
        };
    }

    private static String troubles(List<SpawnerHeartbeat> alive) {
        var each = alive.stream()
                .filter(beat -> beat.trouble() != null)
                .map(beat -> beat.spawner() + " (" + beat.trouble() + ")")
                .toList();
        return each.isEmpty() ? "" : "Alive, and unable to start anything just now: " + String.join(", ", each) + ".";
    }

    private static FunctionShare function(Activation activation, List<QueueStats> standings) {
        var key = activation.function();
        return standings.stream()
                .filter(standing -> standing.key().function().equals(key.id()))
                .findFirst()
                .map(it -> new FunctionShare(key.id(), key.name(), it.queued(), it.running(), it.limit()))
                .orElseGet(() -> new FunctionShare(key.id(), key.name(), 0, 0, null));
    }

    private static OwnerShare owner(Activation activation, List<QueueStats> standings) {
        var own = standings.stream()
                .filter(standing -> standing.key().owner().equals(activation.owner()))
                .toList();
        long waiting = standings.stream()
                .filter(standing -> standing.queued() > 0)
                .map(standing -> standing.key().owner())
                .distinct()
                .count();
        return new OwnerShare(
                own.stream().mapToLong(QueueStats::queued).sum(),
                own.stream().mapToLong(QueueStats::running).sum(),
                waiting,
                waiting == 0 ? 1 : Math.round(1000.0 / waiting) / 1000.0);
    }

    private static Slots slots(List<SpawnerHeartbeat> alive) {
        var able = alive.stream().filter(beat -> beat.trouble() == null).toList();
        return new Slots(
                able.size(),
                able.stream().mapToInt(SpawnerHeartbeat::slots).sum(),
                able.stream().mapToInt(SpawnerHeartbeat::free).sum());
    }
}
