package dev.faas.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Profile;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.quota.Quota.Limit;
import dev.faas.testing.Await;
import dev.faas.wire.Subjects;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerQuotasTest {
    private static final String OWNER = "usr_06b7gd98g07rk4q3v8x2m5n9tb";

    @Test
    void givenARegistryThatDoesNotMakeTheBucket_whenFollowed_thenTheDefaultsHoldUntilANewerOneMakesIt(
            @TempDir Path directory) throws Exception {
        var settings = new QuotaSettings(Quota.defaults(Profile.SHARED), Quota.unlimited());
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            var bucket = nats.kv(Subjects.USAGE);
            var quotas = OwnerQuotas.follow(bucket, settings, Duration.ofMillis(100));
            try {
                assertThat(quotas.of(OWNER).of(Limit.QUEUED)).isEqualTo(100_000);

                Topology.create(nats, TopologyConfig.LOCAL);
                Await.await(bucket.put(OwnerQuotas.key(OWNER), "{\"queued\": 5}".getBytes(StandardCharsets.UTF_8)));

                Await.until("followed", () -> quotas.of(OWNER).of(Limit.QUEUED) == 5);
            } finally {
                quotas.close();
            }
        }
    }
}
