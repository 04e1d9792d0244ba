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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks which spawners are dead for an observer whose watch delivers nothing. */
class SpawnersTest {
    @TempDir
    static Path directory;

    private static NatsServer server;
    private static Nats nats;

    private final AtomicLong now = new AtomicLong();
    private final Spawners observer = new Spawners(nats, () -> Duration.ofDays(1), now::get);

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

    private void publishHeartbeat(Worker worker) throws Exception {
        var last = observer.lastHeartbeat(worker.spawner()).get(10, TimeUnit.SECONDS);
        var unused = observer.publish(
                        new SpawnerHeartbeat(worker.spawner(), worker.incarnation(), 4, 4, null, null), last.revision())
                .get(10, TimeUnit.SECONDS);
    }

    /** Advances the clock as for a process that is not frozen. */
    private void passTime(Duration time, Worker worker) {
        for (var left = time; left.isPositive(); left = left.minusSeconds(1)) {
            assertThat(observer.isDead(worker)).as("%s before", left).isFalse();
            now.addAndGet(Duration.ofSeconds(1).toNanos());
        }
    }

    @Test
    void aSpawnerWithStoredHeartbeatsIsAliveWhenTheWatchIsSilent() throws Exception {
        var worker = new Worker("watch-silent", "1");
        publishHeartbeat(worker);
        passTime(Spawners.DEAD_AFTER, worker);
        publishHeartbeat(worker);
        passTime(Spawners.DEAD_AFTER, worker);
        publishHeartbeat(worker);

        assertThat(observer.isDead(worker)).isFalse();
        passTime(Spawners.DEAD_AFTER, worker);
        assertThat(observer.isDead(worker)).isTrue();
    }

    @Test
    void aSpawnerIsAliveWhenRevisionsStartAtOneAgain() throws Exception {
        var worker = new Worker("older-than-the-stream", "1");
        for (int i = 0; i < 5; i++) {
            publishHeartbeat(worker);
        }
        passTime(Spawners.DEAD_AFTER, worker);
        assertThat(observer.isDead(worker)).isFalse();
        // As after a restart of NATS with an empty disk.
        var connection = io.nats.client.Nats.connect(server.url());
        try {
            connection.jetStreamManagement().deleteStream("KV_" + Subjects.SPAWNERS);
        } finally {
            connection.close();
        }
        Topology.create(nats, TopologyConfig.LOCAL);
        passTime(Spawners.DEAD_AFTER, worker);
        publishHeartbeat(worker);

        assertThat(observer.isDead(worker)).isFalse();
    }

    @Test
    void aSpawnerThatSignedOffOrNeverPublishedIsDead() throws Exception {
        var worker = new Worker("gone", "1");
        publishHeartbeat(worker);
        long last = observer.lastHeartbeat("gone").get(10, TimeUnit.SECONDS).revision();
        passTime(Spawners.DEAD_AFTER, worker);
        assertThat(observer.signOff("gone", last)).succeedsWithin(Duration.ofSeconds(10));

        assertThat(observer.isDead(worker)).isTrue();
        assertThat(observer.isDead(new Worker("never-there", "1"))).isTrue();
    }

    @Test
    void aSpawnerWithASuccessorIsDead() throws Exception {
        var worker = new Worker("restarted", "1");
        passTime(Spawners.DEAD_AFTER, worker);
        publishHeartbeat(new Worker("restarted", "2"));

        assertThat(observer.isDead(worker)).isTrue();
        assertThat(observer.isDead(new Worker("restarted", "2"))).isFalse();
    }

    @Test
    void anObserverThatWasFrozenWaitsAgain() throws Exception {
        var worker = new Worker("frozen-too", "1");
        publishHeartbeat(worker);
        passTime(Spawners.DEAD_AFTER, worker);
        assertThat(observer.isDead(worker)).isFalse();

        now.addAndGet(Duration.ofMinutes(5).toNanos());

        passTime(Spawners.DEAD_AFTER, worker);
        assertThat(observer.isDead(worker)).isTrue();
    }

    @Test
    void aProcessIsAskedForItsOwnRunsOnly() {
        var worker = new Worker("asked", "1");
        var runs = List.of("run-1", "run-2", "run-3");
        try (var _ = observer.answerMissingRuns(worker, "run-2"::equals)) {
            assertThat(observer.findMissingRuns(worker, runs).join()).containsExactly("run-1", "run-3");
            assertThat(observer.findMissingRuns(new Worker("asked", "2"), runs).join())
                    .as("without an answer")
                    .isEmpty();
        }
        assertThat(observer.findMissingRuns(worker, runs).join()).isEmpty();
    }

    @Test
    void withoutAnAnswerNoSpawnerIsDead() throws Exception {
        var other = Nats.connect(NatsConfig.local(server.url()), "test");
        var cut = new Spawners(other, () -> Duration.ofDays(1), now::get);
        for (int i = 0; i < 6; i++) {
            now.addAndGet(Duration.ofSeconds(6).toNanos());
            assertThat(cut.isDead(new Worker("never-there-either", "2"))).isEqualTo(i >= 4);
        }
        other.close();
        now.addAndGet(Duration.ofSeconds(6).toNanos());

        assertThat(cut.isDead(new Worker("never-there-either", "2"))).isFalse();
    }
}
