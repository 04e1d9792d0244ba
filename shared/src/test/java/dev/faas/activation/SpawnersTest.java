package dev.faas.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is dead to an observer that hears nothing: its watch has fallen silent, or was never there. */
class SpawnersTest {
    @TempDir
    static Path directory;

    private static NatsServer server;
    private static Nats nats;

    private final AtomicLong now = new AtomicLong();
    private final Spawners deaf = new Spawners(nats.kv(Subjects.SPAWNERS), () -> Duration.ofDays(1), now::get);

    @BeforeAll
    static void start() throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
        Topology.create(nats, TopologyConfig.LOCAL);
    }

    @AfterAll
    static void stop() throws Exception {
        nats.close();
        server.close();
    }

    private void beat(Worker worker) throws Exception {
        var last = deaf.lastHeartbeat(worker.spawner()).get(10, TimeUnit.SECONDS);
        var unused = deaf.publish(
                        new SpawnerHeartbeat(worker.spawner(), worker.incarnation(), 4, 4, null), last.revision())
                .get(10, TimeUnit.SECONDS);
    }

    /** As time goes by for a process that is not frozen. */
    private void pass(Duration time, Worker worker) {
        for (var left = time; left.isPositive(); left = left.minusSeconds(1)) {
            assertThat(deaf.isDead(worker)).as("%s before", left).isFalse();
            now.addAndGet(Duration.ofSeconds(1).toNanos());
        }
    }

    @Test
    void oneWhoseBeatsAreStoredLivesThoughTheWatchTellsNothing() throws Exception {
        var worker = new Worker("unheard", "1");
        beat(worker);
        pass(Spawners.DEAD_AFTER, worker);
        beat(worker);
        pass(Spawners.DEAD_AFTER, worker);
        beat(worker);

        assertThat(deaf.isDead(worker)).isFalse();
        pass(Spawners.DEAD_AFTER, worker);
        assertThat(deaf.isDead(worker)).isTrue();
    }

    @Test
    void oneWhoseBeatsCountFromOneAgainLives() throws Exception {
        var worker = new Worker("older-than-the-bus", "1");
        for (int i = 0; i < 5; i++) {
            beat(worker);
        }
        pass(Spawners.DEAD_AFTER, worker);
        assertThat(deaf.isDead(worker)).isFalse();
        // As a bus that comes back with an empty disk has it.
        var connection = io.nats.client.Nats.connect(server.url());
        try {
            connection.jetStreamManagement().deleteStream("KV_" + Subjects.SPAWNERS);
        } finally {
            connection.close();
        }
        Topology.create(nats, TopologyConfig.LOCAL);
        pass(Spawners.DEAD_AFTER, worker);
        beat(worker);

        assertThat(deaf.isDead(worker)).isFalse();
    }

    @Test
    void oneThatHasSignedOffOrWasNeverThereIsDead() throws Exception {
        var worker = new Worker("gone", "1");
        beat(worker);
        long last = deaf.lastHeartbeat("gone").get(10, TimeUnit.SECONDS).revision();
        pass(Spawners.DEAD_AFTER, worker);
        assertThat(deaf.signOff("gone", last)).succeedsWithin(Duration.ofSeconds(10));

        assertThat(deaf.isDead(worker)).isTrue();
        assertThat(deaf.isDead(new Worker("never-there", "1"))).isTrue();
    }

    @Test
    void oneWhoseSuccessorIsFoundIsDead() throws Exception {
        var worker = new Worker("restarted", "1");
        pass(Spawners.DEAD_AFTER, worker);
        beat(new Worker("restarted", "2"));

        assertThat(deaf.isDead(worker)).isTrue();
        assertThat(deaf.isDead(new Worker("restarted", "2"))).isFalse();
    }

    @Test
    void anObserverThatWasFrozenListensAnew() throws Exception {
        var worker = new Worker("frozen-too", "1");
        beat(worker);
        pass(Spawners.DEAD_AFTER, worker);
        assertThat(deaf.isDead(worker)).isFalse();

        now.addAndGet(Duration.ofMinutes(5).toNanos());

        pass(Spawners.DEAD_AFTER, worker);
        assertThat(deaf.isDead(worker)).isTrue();
    }

    @Test
    void withoutAnAnswerNobodyIsDead() throws Exception {
        var other = Nats.connect(NatsConfig.local(server.url()), "test");
        var cut = new Spawners(other.kv(Subjects.SPAWNERS), () -> Duration.ofDays(1), now::get);
        for (int i = 0; i < 6; i++) {
            now.addAndGet(Duration.ofSeconds(6).toNanos());
            assertThat(cut.isDead(new Worker("never-there-either", "2"))).isEqualTo(i >= 4);
        }
        other.close();
        now.addAndGet(Duration.ofSeconds(6).toNanos());

        assertThat(cut.isDead(new Worker("never-there-either", "2"))).isFalse();
    }
}
