package dev.faas.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.Secret;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.lifecycle.Unrecoverable;
import dev.faas.local.NatsServer;
import dev.faas.testing.Await;
import dev.faas.testing.Pause;
import dev.faas.testing.Records;
import dev.faas.wire.Subjects;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ReconnectTest {
    @TempDir
    Path directory;

    @Test
    void afterEachKillOfTheServerWritesWorkAgainAndNoneThatFailedIsSentLater() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var events = nats.stream(Subjects.EVENTS);
            for (int round = 0; round < 30; round++) {
                var subject = "events.06b7gd98g07rk4q3v8x2m5%04d.state".formatted(round);
                server.kill();

                assertThatThrownBy(() -> BusTest.get(events.appendIfLast(subject, bytes("while away"), 0)))
                        .isInstanceOf(BusException.class);
                assertThat(nats.connectedFor()).isLessThan(Duration.ofSeconds(5));

                server.restart();
                long sequence = untilStored(events, subject);

                assertThat(untilRead(events, subject))
                        .as("only the write that was answered is there")
                        .isEqualTo(sequence);
            }
        }
    }

    /** A revocation must be known everywhere within 5 s, also when the server has forgotten the watches. */
    @Test
    void afterEachRestartOfTheServerAWatchSeesChangesWithinTwoSeconds_eachOnce_alsoOfAServerThatLostItsDisk()
            throws Exception {
        var disk = directory.resolve("nats");
        try (var server = NatsServer.start(disk);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test");
                var writer = Nats.connect(NatsConfig.local(server.url()), "writer")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var seen = Collections.synchronizedList(new ArrayList<String>());
            var written = new ArrayList<String>();
            try (var _ = nats.kv(Subjects.REVOKED).watch(change -> seen.add(change.key()), () -> {})) {
                for (int round = 0; round < 6; round++) {
                    if (round % 2 == 0) {
                        server.kill();
                        server.restart();
                    } else {
                        nats.connection().forceReconnect();
                    }
                    var key = "sid_" + round;
                    untilPut(writer.kv(Subjects.REVOKED), key);
                    written.add(key);
                    var before = Instant.now();

                    Await.until("the change is seen", Duration.ofSeconds(10), () -> seen.contains(key));

                    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(2));
                }
                assertThat(seen).isEqualTo(written);

                server.kill();
                try (var files = Files.walk(disk)) {
                    files.filter(file -> file.toString().contains("KV_" + Subjects.REVOKED))
                            .sorted(Comparator.reverseOrder())
                            .forEach(file -> file.toFile().delete());
                }
                server.restart();
                Await.until("the streams are there again", () -> {
                    try {
                        Topology.create(writer, TopologyConfig.LOCAL);
                        return true;
                    } catch (IllegalStateException | DependencyMissing notConnected) {
                        return false;
                    }
                });
                untilPut(writer.kv(Subjects.REVOKED), "sid_anew");
                Await.until("the change is seen", Duration.ofSeconds(10), () -> seen.contains("sid_anew"));
            }
        }
    }

    /**
     * As when a server of a cluster dies to which this process is not connected. Three heartbeats of a second are missed; a busy
     * machine may take as long again.
     */
    @Test
    void whenTheConsumerOfAWatchIsLostAndTheConnectionLives_thenChangesAreSeenSoon() throws Exception {
        afterOneChange((nats, bucket, seen) -> {
            var management = nats.connection().jetStreamManagement();
            for (var consumer : management.getConsumerNames("KV_" + Subjects.REVOKED)) {
                management.deleteConsumer("KV_" + Subjects.REVOKED, consumer);
            }
            untilPut(bucket, "sid_1");

            Await.until("the second change is seen", Duration.ofSeconds(10), () -> seen.contains("sid_1"));

            assertThat(seen).containsExactly("sid_before", "sid_1");
        });
    }

    @Test
    void whenTheStreamIsMadeAnewAndHasMoreThanTheWatchHasSeen_thenAllOfItIsSeen() throws Exception {
        afterOneChange((nats, bucket, seen) -> {
            nats.connection().jetStreamManagement().deleteStream("KV_" + Subjects.REVOKED);
            Topology.create(nats, TopologyConfig.LOCAL);
            untilPut(bucket, "sid_1");
            untilPut(bucket, "sid_2");

            Await.until("the last change is seen", Duration.ofSeconds(20), () -> seen.contains("sid_2"));

            assertThat(seen).containsExactly("sid_before", "sid_1", "sid_2");
        });
    }

    /** With a watch that has seen the key {@code sid_before}. */
    private void afterOneChange(Watching test) throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var seen = Collections.synchronizedList(new ArrayList<String>());
            var bucket = nats.kv(Subjects.REVOKED);
            try (var _ = bucket.watch(change -> seen.add(change.key()), () -> {})) {
                untilPut(bucket, "sid_before");
                Await.until("the first change is seen", () -> seen.contains("sid_before"));
                test.run(nats, bucket, seen);
            }
        }
    }

    @FunctionalInterface
    private interface Watching {
        void run(Nats nats, Kv bucket, List<String> seen) throws Exception;
    }

    /** Longer than heartbeats may be missing. */
    @Test
    void whenAHandlerTakesLong_thenItIsNotInterruptedAndNothingIsLost() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var seen = Collections.synchronizedList(new ArrayList<String>());
            var bucket = nats.kv(Subjects.REVOKED);
            untilPut(bucket, "sid_1");
            untilPut(bucket, "sid_2");
            Consumer<Kv.Change> slow = change -> {
                try {
                    Pause.of(Duration.ofMillis(4_500));
                    seen.add(change.key());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            };
            try (var _ = bucket.watch(slow, () -> {})) {
                Await.until("all is seen", Duration.ofSeconds(20), () -> seen.contains("sid_2"));

                assertThat(seen).containsExactly("sid_1", "sid_2");
            }
        }
    }

    private static void untilPut(Kv bucket, String key) {
        Await.until("the change is stored", () -> {
            try {
                bucket.create(key, bytes("2999-01-01T00:00:00Z")).join();
                return true;
            } catch (CompletionException notYet) {
                return BusException.unwrap(notYet) instanceof BusException.CompareAndSetRefused;
            }
        });
    }

    @Test
    void whenThePasswordIsChangedThenTheWatchReportsThatTheProcessMustRestart() throws Exception {
        var config = Files.writeString(
                directory.resolve("nats.conf"), "authorization { user: test, password: first }\njetstream: enabled\n");
        var reported = new CompletableFuture<Unrecoverable>();
        var before = Thread.getDefaultUncaughtExceptionHandler();
        Unrecoverable.onUncaught(reported::complete);
        try (var server = NatsServer.start(directory, config, Map.of())) {
            var nats = Nats.connect(as("test", "first", server), "test");
            Files.writeString(config, "authorization { user: test, password: second }\njetstream: enabled\n");
            server.restart();

            assertThat(reported.get(30, TimeUnit.SECONDS)).hasMessageContaining("FAAS_NATS_PASSWORD");
            assertThat(nats.isConnected()).isFalse();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    private static NatsConfig as(String user, String password, NatsServer server) {
        return Records.with(NatsConfig.local(server.url()), "user", user, "password", new Secret(password));
    }

    /** Writes once; after a time-out reads whether the message was stored. */
    private static long untilStored(Stream events, String subject) throws Exception {
        var until = Instant.now().plusSeconds(20);
        while (true) {
            try {
                return BusTest.get(events.appendIfLast(subject, bytes("after"), 0));
            } catch (BusException.CompareAndSetRefused ours) {
                return untilRead(events, subject);
            } catch (BusException notYet) {
                assertThat(Instant.now()).as("time to recover").isBefore(until);
            }
        }
    }

    /** Repeats the read: a new connection may answer once and be dead until the watch forces another reconnect. */
    private static long untilRead(Stream events, String subject) throws Exception {
        var until = Instant.now().plusSeconds(20);
        while (true) {
            try {
                return BusTest.get(events.nextFromLeader(subject, 1))
                        .orElseThrow()
                        .sequence();
            } catch (BusException notYet) {
                assertThat(Instant.now()).as("time to recover").isBefore(until);
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
