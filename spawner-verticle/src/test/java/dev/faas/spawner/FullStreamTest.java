package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Status;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.spawner.engine.OutputSink.Stream;
import dev.faas.testing.Records;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a nearly full event stream: output is dropped, so that runs can store their end. */
final class FullStreamTest {
    private static final long LIMIT = 4 << 20;
    private static final int FILLER = 64 << 10;

    @Test
    void givenAStreamThatIsNinetyThreePercentFull_whenRun_thenTheOutputIsDroppedAndTheEndIsStored(
            @TempDir Path directory) throws Exception {
        var platform = Platform.start(directory);
        try {
            Topology.create(
                    platform.nats, Records.with(TopologyConfig.LOCAL, "eventsBytes", LIMIT, "keysBytes", 1 << 20));
            platform.images.put("loud", process -> {
                process.write(Stream.STDOUT, new byte[100_000]);
                process.stderr("heard");
                return 0;
            });
            fill(platform, 0.93);
            platform.spawner(1);

            var ended = platform.ended(platform.submit(platform.function(Specs.of("loud")), ""));

            var report = ended.report();
            assertThat(report.status()).isEqualTo(Status.SUCCEEDED);
            assertThat(report.output().resultTruncated()).isTrue();
            assertThat(report.output().resultBytes()).isZero();
            assertThat(report.output().logTruncated()).isTrue();
            assertThat(platform.events.lastOutput(ended.id()).get()).isEmpty();
        } finally {
            platform.close();
        }
    }

    private static void fill(Platform platform, double share) throws Exception {
        var stream = platform.nats.stream(Subjects.EVENTS);
        while (platform.events.streamUsage().get().fillRatioWith(0) < share) {
            stream.append(Subjects.output(Ids.activation(Instant.now())), Map.of(), new byte[FILLER])
                    .get();
        }
    }
}
