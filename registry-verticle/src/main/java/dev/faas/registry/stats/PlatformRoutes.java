package dev.faas.registry.stats;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.queue.QueueTable;
import dev.faas.audit.AdminGuard;
import dev.faas.nats.Nats;
import dev.faas.nats.retry.BusAnswer;
import dev.faas.registry.meters.PlatformMeters;
import dev.faas.wire.Capacity;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/** Shows admins what the platform has and does at this moment: spawners, queues of all users, and NATS. */
public final class PlatformRoutes {
    private static final int MOST_QUEUES = 1_000;
    private final Supplier<List<SpawnerHeartbeat>> spawners;
    private final QueueTable table;
    private final Nats nats;

    public PlatformRoutes(Supplier<List<SpawnerHeartbeat>> spawners, QueueTable table, Nats nats) {
        this.spawners = spawners;
        this.table = table;
        this.nats = nats;
    }

    public void add(Router on, AdminGuard admins) {
        admins.on(on.get("/v1/admin/spawners")).respond(this::spawners);
        admins.on(on.get("/v1/admin/queues")).respond(this::queues);
        admins.on(on.get("/v1/admin/bus")).respond(this::bus);
    }

    private Future<ObjectNode> spawners(RoutingContext ctx) {
        var body = JsonNodeFactory.instance.objectNode();
        var each = body.putArray("spawners");
        spawners.get().stream()
                .sorted(Comparator.comparing(SpawnerHeartbeat::spawner))
                .forEach(heartbeat -> add(each.addObject(), heartbeat));
        return Future.succeededFuture(body);
    }

    private static void add(ObjectNode to, SpawnerHeartbeat heartbeat) {
        to.put("id", heartbeat.spawner())
                .put("slots", heartbeat.slots())
                .put("free", heartbeat.free())
                .put("trouble", heartbeat.trouble());
        var budget = heartbeat.budget();
        if (budget == null) {
            to.putNull("budget");
            return;
        }
        var shown = to.putObject("budget").put("daemon", budget.daemon());
        add(shown.putObject("part"), budget.part());
        add(shown.putObject("held"), budget.held());
        add(shown.putObject("free"), budget.free());
    }

    private static void add(ObjectNode to, Capacity capacity) {
        to.put("memoryMb", capacity.memoryMb()).put("pids", capacity.pids());
    }

    private Future<ObjectNode> queues(RoutingContext ctx) {
        return BusAnswer.toFuture(table.latest()).map(all -> {
            var busy = all.stream()
                    .filter(queue -> queue.queued() > 0 || queue.running() > 0)
                    .sorted(Comparator.comparing(QueueStats::queued, Comparator.reverseOrder())
                            .thenComparing(queue -> queue.key().function()))
                    .toList();
            var body = JsonNodeFactory.instance
                    .objectNode()
                    .put("queued", busy.stream().mapToLong(QueueStats::queued).sum())
                    .put("running", busy.stream().mapToLong(QueueStats::running).sum())
                    .put("functions", busy.size());
            var each = body.putArray("queues");
            busy.stream()
                    .limit(MOST_QUEUES)
                    .forEach(queue -> each.addObject()
                            .put("owner", queue.key().owner())
                            .put("function", queue.key().function())
                            .put("queued", queue.queued())
                            .put("running", queue.running())
                            .put("limit", queue.limit()));
            return body;
        });
    }

    private Future<ObjectNode> bus(RoutingContext ctx) {
        var states = PlatformMeters.STREAMS.stream()
                .map(name -> BusAnswer.toFuture(nats.stream(name).state()))
                .toList();
        var projector =
                BusAnswer.toFuture(nats.stream(Subjects.EVENTS).consumers().state(Subjects.PROJECTOR));
        return Future.all(states).compose(all -> projector).map(found -> {
            var body = JsonNodeFactory.instance.objectNode();
            var each = body.putArray("streams");
            for (int i = 0; i < PlatformMeters.STREAMS.size(); i++) {
                var state = states.get(i).result();
                var stream = each.addObject()
                        .put("name", PlatformMeters.STREAMS.get(i))
                        .put("messages", state.messages())
                        .put("bytes", state.bytes());
                if (state.maxBytes() > 0) {
                    stream.put("maxBytes", state.maxBytes());
                } else {
                    stream.putNull("maxBytes");
                }
            }
            found.ifPresentOrElse(
                    state -> body.putObject("ledger")
                            .put("pending", state.pending())
                            .put("unacked", state.unacked()),
                    () -> body.putNull("ledger"));
            return body;
        });
    }
}
