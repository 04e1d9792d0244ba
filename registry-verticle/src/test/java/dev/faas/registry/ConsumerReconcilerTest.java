package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.queue.QueueTable;
import dev.faas.registry.maintenance.ConsumerReconciler;
import dev.faas.registry.maintenance.RepairStore;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects.QueueKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A function has a consumer while it has work. Runs against NATS and Postgres. */
class ConsumerReconcilerTest {
    private static final Duration MAX_IDLE = Duration.ofMinutes(5);
    /** More than the reconciler reads at once. */
    private static final int FUNCTIONS = 2_500;

    @TempDir
    Path directory;

    @AutoClose
    private LedgerParts parts;

    private CommandQueue queue;
    private Instant now = Instant.now();

    @BeforeEach
    void start() throws Exception {
        parts = new LedgerParts(directory);
        queue = new CommandQueue(parts.bus);
    }

    @Test
    void givenAConsumerWithoutWorkWhenMinutesHavePassedThenItIsRemovedAndOneWithWorkStays() throws Exception {
        var idle = new QueueKey(Ids.user(now), Ids.function(now));
        var busy =
                Story.accepted(parts.bus, Story.activation(idle.owner(), Ids.function(now), "busy", now, Map.of()), "");
        var command = ActivationCommand.of(busy.activation);
        queue.ensureConsumer(idle, 1).join();
        queue.ensureConsumer(new QueueKey(command.owner(), command.functionId()), 1)
                .join();
        queue.enqueue(command).join();
        try (var table = QueueTable.follow(parts.bus, queue, Duration.ofMillis(100))) {
            var reconciler = new ConsumerReconciler(new RepairStore(parts.pg), queue, table, MAX_IDLE, () -> now);
            reconciler.runOnce();
            now = now.plus(MAX_IDLE).minusSeconds(1);
            reconciler.runOnce();
            assertThat(queue.stats(idle.function()).join()).isPresent();

            now = now.plusSeconds(2);
            Await.until("the idle one is removed", () -> {
                reconciler.runOnce();
                return queue.stats(idle.function()).join().isEmpty();
            });

            assertThat(queue.stats(command.functionId()).join()).isPresent();
        }
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
