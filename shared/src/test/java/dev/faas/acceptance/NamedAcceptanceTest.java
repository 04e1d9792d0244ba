package dev.faas.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.queue.QueueTable;
import dev.faas.config.Env;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.nats.retry.BusRetry;
import dev.faas.quota.OwnerQuotas;
import dev.faas.quota.QuotaSettings;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedAcceptanceTest {
    private record Request(String requestId) implements BusRetry.Request {
        @Override
        public Duration age() {
            return Duration.ZERO;
        }

        @Override
        public boolean hasDisconnected() {
            return false;
        }
    }

    private static final PastActivations NONE = id -> Future.succeededFuture(Optional.empty());

    private final Vertx vertx = Vertx.vertx();
    private final String id = Ids.activation(Instant.now());
    private final FunctionRevision function = new FunctionRevision(
            Ids.function(Instant.now()),
            Ids.user(Instant.now()),
            1,
            null,
            Instant.now(),
            Instant.now(),
            FunctionSpec.of("pay", "pay:1"));

    private NatsServer server;
    private Nats nats;
    private QueueTable table;
    private OwnerQuotas quotas;
    private CommandQueue queue;
    private final AtomicInteger accepted = new AtomicInteger();
    private Acceptance acceptance;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
        Topology.create(nats, TopologyConfig.LOCAL);
        var events = new ActivationEvents(nats);
        queue = new CommandQueue(nats);
        table = QueueTable.follow(nats, queue, QueueTable.MAX_AGE);
        quotas = OwnerQuotas.follow(
                nats.kv(Subjects.USAGE), QuotaSettings.from(Env.of(Map.of())), OwnerQuotas.START_LIMIT);
        acceptance = new Acceptance(
                events,
                new BusRetry(Duration.ofSeconds(5)),
                new CommandEnqueuer(queue),
                new Backpressure(events, queue, table, quotas),
                new SpawnerRoom(List::of),
                ActivationNames.NONE,
                InstantSource.system(),
                accepted::incrementAndGet);
    }

    @AfterEach
    void stop() throws Exception {
        quotas.close();
        table.close();
        nats.close();
        server.close();
        Await.await(vertx.close());
    }

    private Accepted accept(PastActivations past) {
        var request = new SubmitRequest(
                function,
                new Submission("x", OptionalInt.empty(), Map.of()),
                "",
                Optional.empty(),
                new Request("tick"));
        return Await.await(Future.future(done -> vertx.getOrCreateContext()
                .runOnContext(now -> acceptance.acceptNamed(id, request, past).onComplete(done))));
    }

    @Test
    void givenAnActivationThatIsAlive_whenItIsAcceptedAgain_thenItIsTheSame() {
        var first = (Accepted.InStream) accept(NONE);
        var command = ActivationCommand.of(first.newest().record().activation());
        Await.eventually(() -> Await.await(Future.fromCompletionStage(queue.contains(command))));

        assertThat(first.newest().record().id()).isEqualTo(id);
        assertThat(accept(NONE)).isEqualTo(first);
        assertThat(accepted).hasValue(1);
    }

    @Test
    void givenAnActivationThatWasPruned_whenItIsAcceptedAgain_thenItIsThatOfTheLedger() {
        accept(NONE);
        Await.await(Future.fromCompletionStage(nats.stream(Subjects.EVENTS).purge(Subjects.state(id))));
        JsonNode record = JsonNodeFactory.instance.objectNode().put("status", "succeeded");

        assertThat(accept(asked -> Future.succeededFuture(Optional.of(record).filter(known -> asked.equals(id)))))
                .isEqualTo(new Accepted.InLedger(id, record));
        assertThat(Await.await(Future.fromCompletionStage(new ActivationEvents(nats).last(id))))
                .isEmpty();
    }
}
