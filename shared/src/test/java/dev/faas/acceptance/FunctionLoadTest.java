package dev.faas.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.CommandQueue;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionLoadTest {
    /** A consumer without work is removed: a count that stayed would refuse submits for ever. */
    @Test
    void givenAFunctionWithoutAConsumer_whenItsLastSubmitIsLongAgo_thenNothingIsQueued(@TempDir Path directory)
            throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var recent = submitted(nats, Duration.ofMinutes(1));
            var longAgo = submitted(nats, Duration.ZERO);

            Await.await(recent.latestStats());
            Await.await(longAgo.latestStats());

            assertThat(recent.queuedCount().value()).isEqualTo(5);
            assertThat(longAgo.queuedCount().value()).isZero();
        }
    }

    private static FunctionLoad submitted(Nats nats, Duration withoutConsumer) {
        var load = new FunctionLoad(new CommandQueue(nats), Ids.function(Instant.now()), withoutConsumer);
        load.queuedCount().add(5);
        load.queuedCount().settle(5);
        return load;
    }
}
