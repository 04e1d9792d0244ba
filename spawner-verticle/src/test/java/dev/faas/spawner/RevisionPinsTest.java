package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.ImagePin;
import dev.faas.wire.Subjects;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that spawners agree on a revision's image, over a real NATS. */
final class RevisionPinsTest {
    private final String function = Ids.function(Instant.now());
    private NatsServer server;
    private Nats nats;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
        Topology.create(nats, TopologyConfig.LOCAL);
    }

    @AfterEach
    void stop() throws Exception {
        nats.close();
        server.close();
    }

    @Test
    void givenManySpawnersAtOnce_whenTheyAgree_thenTheFirstOnesImageHoldsForAll() throws Exception {
        var together = new CountDownLatch(1);
        var agreed = new ArrayList<Future<ImagePin>>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                var mine = pin(i);
                Callable<ImagePin> agree = () -> {
                    together.await();
                    return spawner().pin(function + "@1", mine);
                };
                agreed.add(executor.submit(agree));
            }
            together.countDown();
            var all = new HashSet<ImagePin>();
            for (var one : agreed) {
                all.add(one.get(30, TimeUnit.SECONDS));
            }
            assertThat(all).hasSize(1);
            assertThat(spawner().find(function + "@1")).isEqualTo(all.stream().findFirst());
        }
    }

    @Test
    void givenAPinOfAnEarlierVersion_whenAnImageIsProven_thenItIsReplacedOnce() throws Exception {
        var key = ImagePin.key(function + "@1");
        nats.kv(Subjects.IMAGES)
                .create(key, "{\"v\":1,\"id\":\"sha256:0\"}".getBytes(StandardCharsets.UTF_8))
                .get(5, TimeUnit.SECONDS);
        var pins = spawner();
        assertThat(pins.pin(function + "@1", pin(1))).isEqualTo(new ImagePin("sha256:0", null, false));
        var proven = new ImagePin("sha256:2", "sha256:d2", true);

        assertThat(pins.pin(function + "@1", proven)).isEqualTo(proven);

        assertThat(pins.find(function + "@1")).contains(proven);
        var later = new ImagePin("sha256:3", "sha256:d3", true);
        assertThat(spawner().pin(function + "@1", later)).isEqualTo(proven);
        assertThat(spawner().pin(function + "@1", pin(4))).isEqualTo(proven);
    }

    @Test
    void givenAPin_whenSeenFromElsewhere_thenItsKeyIsTheOneThatTheRegistryUses() throws Exception {
        spawner().pin(function + "@3", pin(1));

        assertThat(nats.kv(Subjects.IMAGES).get(ImagePin.key(function, 3)).get(5, TimeUnit.SECONDS))
                .hasValueSatisfying(put -> assertThat(Codec.decode(put.value().bytes(), ImagePin.class))
                        .isEqualTo(pin(1)));
        assertThat(spawner().find(function + "@2")).isEmpty();
    }

    @Test
    void givenNoBus_whenRead_thenOnlyCachedPinsAreFound() throws Exception {
        var pins = spawner();
        pins.pin(function + "@1", pin(1));
        server.close();

        assertThat(pins.find(function + "@1")).contains(pin(1));
        assertThatThrownBy(() -> pins.find(function + "@2"))
                .isInstanceOf(EngineFault.class)
                .hasMessageContaining(function + "@2");
        assertThatThrownBy(() -> pins.pin(function + "@2", pin(2))).isInstanceOf(EngineFault.class);
    }

    @Test
    void givenADeletedFunction_whenForgotten_thenItsPinsAreReadAgain() throws Exception {
        var pins = spawner();
        pins.pin(function + "@1", pin(1));
        nats.stream("KV_" + Subjects.IMAGES).purge(Subjects.imagePins(function)).get(5, TimeUnit.SECONDS);
        assertThat(pins.find(function + "@1")).contains(pin(1));

        pins.forget(function);

        assertThat(pins.find(function + "@1")).isEmpty();
    }

    private RevisionPins spawner() {
        return new RevisionPins(nats.kv(Subjects.IMAGES));
    }

    private static ImagePin pin(int number) {
        return new ImagePin("sha256:" + number, "sha256:d" + number, false);
    }
}
