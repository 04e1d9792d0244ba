package dev.faas.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.Secret;
import dev.faas.lifecycle.Unrecoverable;
import dev.faas.local.NatsServer;
import dev.faas.testing.Records;
import dev.faas.wire.Subjects;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
