package dev.faas.activation.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs tables of several processes against a real server. */
class QueueTableTest {
    private static final QueueKey FUNCTION = new QueueKey(Ids.user(Instant.EPOCH), Ids.function(Instant.EPOCH));

    @TempDir
    static Path directory;

    private static NatsServer server;
    private static Nats nats;
    private static CommandQueue queue;

    private final List<QueueTable> open = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
        Topology.create(nats, TopologyConfig.LOCAL);
        queue = new CommandQueue(nats);
        Await.await(queue.ensureConsumer(FUNCTION, 7));
    }

    @AfterAll
    static void stop() throws Exception {
        nats.close();
        server.close();
    }

    @AfterEach
    void close() {
        for (var table : open) {
            table.close();
        }
    }

    private QueueTable follow(Nats connection) {
        var table = QueueTable.follow(connection, new CommandQueue(connection), Duration.ofMillis(300));
        open.add(table);
        return table;
    }

    @Test
    void ofManyProcessesOneListsAndAllHaveTheTable() throws Exception {
        int processes = 8;
        var listings = new AtomicInteger();
        var tables = ConcurrentHashMap.<Integer>newKeySet();
        var connections = new ArrayList<Nats>();
        try (var _ = nats.subscribe("$JS.API.CONSUMER.LIST.>", request -> listings.incrementAndGet())) {
            var received = new AtomicInteger();
            for (int i = 0; i < processes; i++) {
                var connection = Nats.connect(NatsConfig.local(server.url()), "process-" + i);
                connections.add(connection);
                int process = i;
                follow(connection).onTable(table -> {
                    assertThat(table.queues()).extracting(QueueStats::key).contains(FUNCTION);
                    received.incrementAndGet();
                    tables.add(process);
                });
            }
            Await.until("each has a table", () -> tables.size() == processes);
            int before = listings.get();
            int receivedBefore = received.get();

            Await.until("ten rounds", () -> received.get() - receivedBefore >= 10 * processes);

            assertThat(listings.get() - before).as("listings of ten rounds").isLessThan(25);
        } finally {
            close();
            open.clear();
            connections.forEach(Nats::close);
        }
    }

    @Test
    void aTableIsReadAtOnceWhereThereIsNoneYet() {
        assertThat(Await.await(follow(nats).current())).contains(new QueueStats(FUNCTION, 0, 0, 7, true, 0));
    }

    @Test
    void aTableOfManyQueuesArrivesInPartsAndOneWithAMissingPartIsIgnored() {
        var seen = ConcurrentHashMap.<Set<QueueStats>>newKeySet();
        follow(nats).onTable(table -> seen.add(new HashSet<>(table.queues())));
        var rows = IntStream.range(0, 4_000)
                .mapToObj(i -> new QueueStats(new QueueKey("u", "f" + i), i, 0, 10, true, 0))
                .toList();

        publish(new QueueTablePart("torn", 0, 3, 1, rows.subList(0, 10)));
        publish(new QueueTablePart("torn", 2, 3, 1, rows.subList(20, 30)));
        publish(new QueueTablePart("whole", 0, 2, 1, rows.subList(0, 2_000)));
        publish(new QueueTablePart("whole", 1, 2, 1, rows.subList(2_000, 4_000)));

        Await.until("the whole table", () -> seen.contains(new HashSet<>(rows)));
        assertThat(seen).noneMatch(table -> table.size() > 1 && table.size() < 4_000);
    }

    private static void publish(QueueTablePart part) {
        nats.publish(Subjects.QUEUE_TABLE, Codec.encode(part));
    }
}
