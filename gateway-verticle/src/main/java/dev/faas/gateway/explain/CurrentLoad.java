package dev.faas.gateway.explain;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.queue.QueueTable;
import dev.faas.gateway.explain.Explanation.Slots;
import dev.faas.gateway.function.FunctionCache;
import dev.faas.gateway.read.JsonBody;
import dev.faas.nats.retry.BusAnswer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Serves what of the caller waits and runs at this moment, with the slots of the platform. */
public final class CurrentLoad {
    private final QueueTable table;
    private final Supplier<List<SpawnerHeartbeat>> spawners;
    private final FunctionCache functions;
    private final InstantSource clock;

    public CurrentLoad(
            QueueTable table, Supplier<List<SpawnerHeartbeat>> spawners, FunctionCache functions, InstantSource clock) {
        this.table = table;
        this.spawners = spawners;
        this.functions = functions;
        this.clock = clock;
    }

    private record Load(
            Instant at, long queued, long running, int slots, int free, int spawners, List<FunctionLoad> functions) {}

    /** @param name null of a function that is deleted */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    private record FunctionLoad(String id, @Nullable String name, long queued, int running, int limit) {}

    public Future<Buffer> get(RoutingContext ctx) {
        var owner = userId(ctx);
        return BusAnswer.toFuture(table.latest()).map(queues -> {
            var busy = queues.stream()
                    .filter(queue -> queue.key().owner().equals(owner))
                    .filter(queue -> queue.queued() > 0 || queue.running() > 0)
                    .sorted(Comparator.comparing(QueueStats::queued, Comparator.reverseOrder())
                            .thenComparing(queue -> queue.key().function()))
                    .toList();
            var slots = Slots.of(spawners.get());
            var load = new Load(
                    clock.instant().truncatedTo(ChronoUnit.MILLIS),
                    busy.stream().mapToLong(QueueStats::queued).sum(),
                    busy.stream().mapToLong(QueueStats::running).sum(),
                    slots.slots(),
                    slots.free(),
                    slots.spawners(),
                    busy.stream().map(queue -> ofFunction(owner, queue)).toList());
            return JsonBody.of(ctx, load);
        });
    }

    private FunctionLoad ofFunction(String owner, QueueStats queue) {
        var id = queue.key().function();
        return new FunctionLoad(
                id, functions.name(owner, id).orElse(null), queue.queued(), queue.running(), queue.limit());
    }
}
