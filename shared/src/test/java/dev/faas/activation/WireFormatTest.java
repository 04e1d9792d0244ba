package dev.faas.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.queue.QueueTablePart;
import dev.faas.testing.Records;
import dev.faas.wire.Capacity;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.IdempotencyEntry;
import dev.faas.wire.ImagePin;
import dev.faas.wire.SealedSecret;
import dev.faas.wire.Subjects.QueueKey;
import dev.faas.wire.Versioned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pins the wire format by golden files; a change of a file is a change of the protocol. */
class WireFormatTest {
    static final ActivationRecord ENDED = Samples.running().finish(Samples.succeeded(4712), Duration.ZERO);

    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of("accepted", Samples.queued(), ActivationRecord.class),
                Arguments.of("delayed", Samples.delayed(Duration.ofMinutes(10)), ActivationRecord.class),
                Arguments.of("of-schedule", Samples.ofSchedule(), ActivationRecord.class),
                Arguments.of("with-callback", Samples.withCallback(), ActivationRecord.class),
                Arguments.of("running", Samples.running(), ActivationRecord.class),
                Arguments.of(
                        "waiting",
                        Samples.running().withWaitsFor("Its image is being pulled: 12 of 40 MB."),
                        ActivationRecord.class),
                Arguments.of("ended", ENDED, ActivationRecord.class),
                Arguments.of(
                        "handed-back",
                        Samples.running().handBack(Reason.WORKER_LOST, "gone", Samples.NOW.plusMillis(5)),
                        ActivationRecord.class),
                Arguments.of(
                        "sandbox-lost",
                        Samples.running().loseSandbox("ended", Samples.NOW.plusMillis(5), Duration.ZERO),
                        ActivationRecord.class),
                Arguments.of("retried", Samples.retried(), ActivationRecord.class),
                Arguments.of("ended-later", Samples.endedLater(), ActivationRecord.class),
                Arguments.of("command", ActivationCommand.of(Samples.queued().activation()), ActivationCommand.class),
                Arguments.of(
                        "pending-retry",
                        new PendingRetry(ActivationCommand.of(Samples.queued().activation()), Samples.NOW),
                        PendingRetry.class),
                Arguments.of(
                        "idempotency",
                        new IdempotencyEntry(
                                "06b7gd98g07rk4q3v8x2m5n9ta",
                                "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"),
                        IdempotencyEntry.class),
                Arguments.of(
                        "queue-table",
                        new QueueTablePart(
                                "t-1",
                                0,
                                1,
                                3,
                                List.of(new QueueStats(new QueueKey("usr_1", "fn_1"), 2, 1, 10, true, 0))),
                        QueueTablePart.class),
                Arguments.of(
                        "run-ids", new Spawners.RunIds(List.of("06b7gd98g07rk4q3v8x2m5n9tb")), Spawners.RunIds.class),
                Arguments.of("sealed-secret", new SealedSecret(3, "0123456789abcdef", "AAECAw=="), SealedSecret.class),
                Arguments.of("image-pin", new ImagePin("sha256:def", "sha256:abc", true), ImagePin.class),
                Arguments.of(
                        "heartbeat", new SpawnerHeartbeat("node-1", "06b7", 8, 3, null, null), SpawnerHeartbeat.class),
                Arguments.of(
                        "heartbeat-trouble",
                        new SpawnerHeartbeat("node-1", "06b7", 8, 3, "Docker does not answer", null),
                        SpawnerHeartbeat.class),
                Arguments.of(
                        "heartbeat-budget",
                        new SpawnerHeartbeat(
                                "node-1",
                                "06b7",
                                8,
                                3,
                                null,
                                new SpawnerHeartbeat.Budget(
                                        "daemon-1",
                                        new Capacity(8_192, 16_384),
                                        new Capacity(12_288, 16_384),
                                        new Capacity(1_024, 16_000))),
                        SpawnerHeartbeat.class),
                Arguments.of(
                        "function",
                        new FunctionRevision(
                                Samples.FUNCTION,
                                Samples.OWNER,
                                3,
                                null,
                                Samples.NOW,
                                Samples.NOW,
                                Samples.RUN_SPEC.spec()),
                        FunctionRevision.class),
                Arguments.of(
                        "function-options",
                        new FunctionRevision(
                                Samples.FUNCTION, Samples.OWNER, 3, null, Samples.NOW, Samples.NOW, withOptions()),
                        FunctionRevision.class));
    }

    /** With the fields that are not in the JSON when they have their defaults. */
    private static FunctionSpec withOptions() {
        return Records.with(
                Samples.RUN_SPEC.spec(),
                "argumentAs",
                FunctionSpec.ArgumentAs.NONE,
                "idleTtlSeconds",
                3_600,
                "destinations",
                new FunctionSpec.Destinations(List.of("erp"), List.of(), List.of("log")),
                "byAdmin",
                true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void aMessageIsWrittenAsItsGoldenFileAndReadBackTheSame(String file, Versioned message, Class<Versioned> type)
            throws IOException {
        var written = Codec.encode(message);

        assertThat(Codec.readTree(written)).isEqualTo(Codec.readTree(golden(file)));
        assertThat(Codec.decode(golden(file), type)).isEqualTo(message);
    }

    @Test
    void aFieldOfALaterVersionIsIgnored() {
        var later = "{\"v\":1,\"id\":\"a\",\"owner\":\"b\",\"functionId\":\"c\",\"colour\":\"green\"}";

        assertThat(Codec.decode(later.getBytes(StandardCharsets.UTF_8), ActivationCommand.class))
                .isEqualTo(new ActivationCommand("a", "b", "c"));
    }

    @Test
    void aRecordOfAnEarlierVersionThatDoesNotNameItsRequestIsRead() throws IOException {
        var earlier = new String(golden("accepted"), StandardCharsets.UTF_8)
                .replace(",\n    \"requestId\" : \"7c1f0a9be2d34856\"", "");

        var record = Codec.decode(earlier.getBytes(StandardCharsets.UTF_8), ActivationRecord.class);

        assertThat(record.activation().requestId()).isNull();
        assertThat(record.activation().tags()).hasSize(2);
    }

    @Test
    void aRecordOfAnEarlierVersionThatDoesNotNameItsEarlierRunsIsRead() throws IOException {
        var record = Codec.decode(golden("handed-back-earlier"), ActivationRecord.class);

        assertThat(record.platformFaults()).isEqualTo(1);
        assertThat(record.attempts()).isEmpty();
        assertThat(Codec.readTree(Codec.encode(record))).isEqualTo(Codec.readTree(golden("handed-back-earlier")));
    }

    @Test
    void aMessageOfAnIncompatibleVersionIsRefused() {
        var later = "{\"v\":2,\"id\":\"a\",\"owner\":\"b\",\"functionId\":\"c\"}".getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> Codec.decode(later, ActivationCommand.class))
                .isInstanceOf(Codec.CodecException.class)
                .hasMessageContaining("version 2");
    }

    static byte[] golden(String name) throws IOException {
        try (var in = WireFormatTest.class.getResourceAsStream("/golden/" + name + ".json")) {
            assertThat(in).as("golden file " + name).isNotNull();
            return in.readAllBytes();
        }
    }
}
