package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.queue.QueueTable;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.registry.maintenance.ConsumerReconciler;
import dev.faas.registry.maintenance.RepairStore;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects.QueueKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A function has a consumer while it has work. Runs against NATS and Postgres. */
class ConsumerReconcilerTest extends LedgerFixture {
    private static final Duration MAX_IDLE = Duration.ofMinutes(5);
    /** More than the reconciler reads at once. */
    private static final int FUNCTIONS = 2_500;

    private CommandQueue queue;
    private Instant now = Instant.now();

    @BeforeEach
    void openQueue() {
        queue = new CommandQueue(parts.bus);
    }

    @Test
    void givenConsumersWithoutWorkWhenMinutesHavePassedThenThoseThatHadNoneMeanwhileAreRemoved() throws Exception {
        var idle = withConsumer();
        var used = withConsumer();
        var busy = withConsumer();
        queue.enqueue(command(busy)).join();
        try (var table = QueueTable.follow(parts.bus, queue, Duration.ofMillis(100));
                var puller = queue.openPuller(late -> {})) {
            var reconciler = new ConsumerReconciler(new RepairStore(parts.pg), queue, table, MAX_IDLE, () -> now);
            reconciler.runOnce();
            now = now.plus(MAX_IDLE).minusSeconds(1);
            reconciler.runOnce();
            assertThat(queue.stats(idle.function()).join()).isPresent();

            queue.enqueue(command(used)).join();
            var pulled = (PullResult.Message)
                    puller.pull(used.function(), Duration.ofSeconds(5)).join();
            pulled.delivery().ack().join();
            Await.until("the table shows it", () -> {
                reconciler.runOnce();
                return table.current().join().stream()
                        .anyMatch(stats -> stats.key().equals(used) && stats.delivered() > 0);
            });
            reconciler.runOnce();
            now = now.plusSeconds(2);
            reconciler.runOnce();

            assertThat(queue.stats(idle.function()).join()).isEmpty();
            assertThat(queue.stats(used.function()).join()).isPresent();
            assertThat(queue.stats(busy.function()).join()).isPresent();
        }
    }

    private QueueKey withConsumer() {
        var key = new QueueKey(Ids.user(now), Ids.function(now));
        queue.ensureConsumer(key, 1).join();
        return key;
    }

    private ActivationCommand command(QueueKey key) {
        return new ActivationCommand(Ids.activation(now), key.owner(), key.function());
    }

    @Test
    void givenMoreFunctionsWithWorkThanAreReadAtOnceWhenTheirConsumersAreMissingThenAllAreCreated() throws Exception {
        var owner = Ids.user(now);
        parts.backends.run("""
                insert into function (id, owner, name, revision)
                    select 'fn_' || lpad(n::text, 26, '0'), '%1$s', 'f' || n, 1 from generate_series(1, %2$d) n;
                insert into function_revision (function_id, revision, body)
                    select 'fn_' || lpad(n::text, 26, '0'), 1, convert_to(replace('%3$s', '%4$s',
                        'fn_' || lpad(n::text, 26, '0')), 'UTF8') from generate_series(1, %2$d) n;
                insert into activation (id, owner, function_id, function_name, status, submitted_at, tags, sequence, record)
                    select lpad(n::text, 26, '0'), '%1$s', 'fn_' || lpad(n::text, 26, '0'), 'f' || n, 'queued', now(),
                        '{}', 1, '' from generate_series(1, %2$d) n
                """.formatted(owner, FUNCTIONS, body(owner), PLACE));
        try (var table = QueueTable.follow(parts.bus, queue, Duration.ofMillis(100))) {
            new ConsumerReconciler(new RepairStore(parts.pg), queue, table, MAX_IDLE, () -> now).runOnce();

            assertThat(queue.allStats().join()).hasSize(FUNCTIONS);
        }
    }

    private static final String PLACE = "fn_00000000000000000000000000";

    private static String body(String owner) {
        return new String(
                Codec.encode(new FunctionRevision(
                        PLACE, owner, 1, null, Instant.EPOCH, Instant.EPOCH, FunctionSpec.of("f", "x"))),
                StandardCharsets.UTF_8);
    }
}
