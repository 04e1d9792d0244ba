package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.client.ClientAddress;
import dev.faas.http.token.ApiKeyText;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.KeyUses;
import dev.faas.wire.PublishedKey;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the registry tells auth of keys, and that it lets nobody in when it hears nothing from auth. */
class AccessTest {
    private final String owner = Ids.user(Instant.now());
    private Registry registry;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        registry = Registry.start(directory, config -> Records.with(config, "accessStale", Duration.ofSeconds(5)));
    }

    @AfterEach
    void stop() throws Exception {
        registry.stop();
    }

    @Test
    void withoutNatsAllButHealthIsRefusedAfterTheLimit_untilNatsIsBack() throws Exception {
        var user = registry.client(owner);
        registry.backends.nats.kill();
        assertThat(user.get("/v1/functions").status()).isEqualTo(200);

        Await.eventually(() -> user.get("/v1/functions").status() == 503);

        assertThat(user.get("/v1/functions").code()).isEqualTo("unavailable");
        assertThat(user.get("/v1/admin/audit/registry").status()).isEqualTo(503);
        assertThat(user.get("/healthz").status()).isEqualTo(200);
        registry.backends.nats.restart();
        Await.eventually(() -> user.get("/v1/functions").status() == 200);
    }

    @Test
    void authLearnsTheMinuteAndTheAddressOfAKey() throws Exception {
        var uses = new CopyOnWriteArrayList<KeyUses.Use>();
        registry.bus.subscribe(
                Subjects.KEYS_USED,
                live -> uses.addAll(
                        Codec.decode(live.message().bytes(), KeyUses.class).uses()));
        Await.await(registry.bus.flush());
        var key = ApiKeyText.create(new SecureRandom());
        var published = new PublishedKey(
                "key_1", owner, "owner", owner, List.of("read"), Instant.now().plusSeconds(600));
        Await.await(registry.bus.kv(Subjects.APIKEYS).put(Sha256.hex(key), Codec.encode(published)));
        try (var client = new Client(registry.port(), key)) {
            Await.eventually(() -> client.send("GET", "/v1/functions", "", ClientAddress.HEADER, "192.0.2.7")
                            .status()
                    == 200);
        }

        registry.replace(UnaryOperator.identity());

        Await.eventually(() -> !uses.isEmpty());
        assertThat(uses).allSatisfy(use -> {
            assertThat(use.keyId()).isEqualTo("key_1");
            assertThat(use.from()).isEqualTo("192.0.2.7");
        });
    }
}
