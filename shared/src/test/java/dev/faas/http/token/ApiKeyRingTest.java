package dev.faas.http.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.RunningService;
import dev.faas.local.NatsServer;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.Principal;
import dev.faas.wire.PublishedKey;
import dev.faas.wire.Scope;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeyRingTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String KEY = ApiKeyText.create(new SecureRandom());

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final TokenVerifier verifier = new TokenVerifier(vertx);
    private final AtomicInteger ends = new AtomicInteger();
    private NatsServer server;
    private Nats nats;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
    }

    @AfterEach
    void stop() throws Exception {
        nats.close();
        server.close();
        RunningService.await(vertx.close());
    }

    @Test
    void aKeyActsAsItsUserUntilItIsDeleted() throws Exception {
        Topology.create(nats, TopologyConfig.LOCAL);
        put(Instant.now().plusSeconds(60));

        try (var ring = ApiKeyRing.open(nats, verifier, TrustRoot.NONE, ends::incrementAndGet, LIMIT)) {
            assertThat(ring).isNotNull();
            var access = verifier.admit(KEY).result();
            assertThat(access.principal())
                    .isEqualTo(new Principal(
                            "usr_1",
                            "ada",
                            "key_1",
                            Set.of(),
                            // A scope that a later version knows is ignored.
                            new Principal.Key("key_1", "usr_1", Set.of(Scope.READ, Scope.INVOKE))));
            assertThat(access.mayContinue().getAsBoolean()).isTrue();
            assertThat(verifier.verify(ApiKeyText.create(new SecureRandom())).failed())
                    .isTrue();

            done(keys().delete(Sha256.hex(KEY)));

            Await.until("refused", LIMIT, () -> verifier.verify(KEY).failed() && ends.get() == 1);
            assertThat(access.mayContinue().getAsBoolean()).isFalse();
        }
    }

    @Test
    void anExpiredKeyIsRefused() throws Exception {
        Topology.create(nats, TopologyConfig.LOCAL);
        put(Instant.now().minusMillis(1));

        try (var ring = ApiKeyRing.open(nats, verifier, TrustRoot.NONE, ends::incrementAndGet, LIMIT)) {
            assertThat(ring).isNotNull();
            assertThat(verifier.verify(KEY).failed()).isTrue();
        }
    }

    @Test
    void aBucketThatAnOlderRegistryDoesNotMakeIsLookedFor() throws Exception {
        try (var ring = ApiKeyRing.open(nats, verifier, TrustRoot.NONE, ends::incrementAndGet, LIMIT)) {
            assertThat(ring).isNotNull();
            assertThat(verifier.verify(KEY).failed()).isTrue();

            Topology.create(nats, TopologyConfig.LOCAL);
            put(Instant.now().plusSeconds(60));

            Await.until("accepted", LIMIT, () -> verifier.verify(KEY).succeeded());
        }
    }

    @Test
    void aKeyHasAFormThatScannersFindAndAChecksum() {
        assertThat(KEY).matches("faas_[0-9A-Za-z]{36}");
        assertThat(ApiKeyText.isKey(KEY)).isTrue();
        assertThat(ApiKeyText.hint(KEY)).hasSize(9).isEqualTo(KEY.substring(0, 9));
        for (int i = 5; i < KEY.length(); i++) {
            var mistyped = KEY.substring(0, i) + (KEY.charAt(i) == 'x' ? 'y' : 'x') + KEY.substring(i + 1);
            assertThat(ApiKeyText.isKey(mistyped)).as(mistyped).isFalse();
        }
        // As openapi.yaml shows one.
        assertThat(ApiKeyText.isKey("faas_7Q2xEXAMPLEEXAMPLEEXAMPLEEXAMP21f88L"))
                .isTrue();
    }

    private void put(Instant expiresAt) {
        var key = new PublishedKey("key_1", "usr_1", "ada", "usr_1", List.of("read", "invoke", "dance"), expiresAt);
        done(keys().put(Sha256.hex(KEY), Codec.encode(key)));
    }

    private Kv keys() {
        return nats.kv(Subjects.APIKEYS);
    }

    private static void done(CompletionStage<?> stage) {
        stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
