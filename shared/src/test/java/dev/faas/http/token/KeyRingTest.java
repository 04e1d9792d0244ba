package dev.faas.http.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.RunningService;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.TestKey;
import dev.faas.wire.Subjects;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRingTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final TokenVerifier verifier = new TokenVerifier(vertx);
    private NatsServer server;
    private Nats nats;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
        Topology.create(nats, TopologyConfig.LOCAL);
    }

    @AfterEach
    void stop() throws Exception {
        nats.close();
        server.close();
        RunningService.await(vertx.close());
    }

    private static void done(CompletionStage<?> stage) {
        stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private void publish(TestKey key) {
        done(nats.kv(Subjects.KEYS).put(key.kid(), key.jwk().getBytes(StandardCharsets.UTF_8)));
    }

    private void becomes(boolean accepted, String token) {
        Await.until("accepted: " + accepted, LIMIT, () -> verifier.verify(token).succeeded() == accepted);
    }

    @Test
    void givenKeysOnTheBus_whenOpened_thenTokensAreVerifiedAtOnce() throws Exception {
        var key = TestKey.generate("k1");
        publish(key);

        try (var ring = KeyRing.open(nats, verifier, TrustRoot.NONE, LIMIT)) {
            assertThat(ring).isNotNull();
            assertThat(verifier.hasKeys()).isTrue();
            assertThat(verifier.verify(key.token(TestKey.claims(Instant.now().plusSeconds(60))))
                            .succeeded())
                    .isTrue();
        }
    }

    @Test
    void givenNoKeyYet_whenOneIsPublishedAndTakenAway_thenItIsFollowed() throws Exception {
        try (var ring = KeyRing.open(nats, verifier, TrustRoot.NONE, LIMIT)) {
            assertThat(ring).isNotNull();
            assertThat(verifier.hasKeys()).isFalse();
            var key = TestKey.generate("k1");
            var token = key.token(TestKey.claims(Instant.now().plusSeconds(60)));

            publish(key);
            becomes(true, token);

            done(nats.kv(Subjects.KEYS).delete("k1"));
            becomes(false, token);
        }
    }

    @Test
    void givenALoginThatWasEnded_whenOpened_thenItsTokensAreRefusedUntilTheTimeOfThatIsOver() throws Exception {
        var key = TestKey.generate("k1");
        publish(key);
        done(nats.kv(Subjects.REVOKED).put("s1", "2999-01-01T00:00:00Z".getBytes(StandardCharsets.UTF_8)));
        var token = key.token(TestKey.claims(Instant.now().plusSeconds(60)));

        try (var ring = KeyRing.open(nats, verifier, TrustRoot.NONE, LIMIT)) {
            assertThat(ring).isNotNull();
            assertThat(verifier.verify(token).failed()).isTrue();

            // A deletion before that time takes nothing back; what is put after it shows that it was read.
            done(nats.kv(Subjects.REVOKED).delete("s1"));
            done(nats.kv(Subjects.REVOKED)
                    .put("usr_2", Instant.now().plusSeconds(60).toString().getBytes(StandardCharsets.UTF_8)));
            becomes(false, key.access("usr_2", "s2"));
            assertThat(verifier.verify(token).failed()).isTrue();

            done(nats.kv(Subjects.REVOKED).put("s1", Instant.now().toString().getBytes(StandardCharsets.UTF_8)));
            done(nats.kv(Subjects.REVOKED).delete("s1"));
            becomes(true, token);
        }
    }

    @Test
    void givenAUserWhoseLoginsWereAllEnded_whenFollowed_thenOnlyTokensOfAfterwardsAreAccepted() throws Exception {
        var key = TestKey.generate("k1");
        publish(key);
        var now = Instant.now();
        var cut = now.minusSeconds(30).truncatedTo(ChronoUnit.SECONDS);
        var before = issued(key, "usr_1", cut.minusSeconds(1));
        var without = key.token(TestKey.claims(now.plusSeconds(60)));
        var after = issued(key, "usr_1", cut);
        var other = issued(key, "usr_2", cut.minusSeconds(1));

        try (var ring = KeyRing.open(nats, verifier, TrustRoot.NONE, LIMIT)) {
            assertThat(ring).isNotNull();
            assertThat(verifier.verify(before).succeeded()).isTrue();
            assertThat(verifier.verify(without).succeeded()).isTrue();

            done(nats.kv(Subjects.REVOKED).put("usr_1", cut.toString().getBytes(StandardCharsets.UTF_8)));
            becomes(false, before);
            assertThat(verifier.verify(without).failed()).isTrue();
            assertThat(verifier.verify(after).succeeded()).isTrue();
            assertThat(verifier.verify(other).succeeded()).isTrue();

            // An earlier time, and a delete, take nothing back; the login that is put after them shows that they were
            // read.
            done(nats.kv(Subjects.REVOKED)
                    .put("usr_1", cut.minusSeconds(60).toString().getBytes(StandardCharsets.UTF_8)));
            done(nats.kv(Subjects.REVOKED).delete("usr_1"));
            done(nats.kv(Subjects.REVOKED).put("s1", now.toString().getBytes(StandardCharsets.UTF_8)));
            becomes(false, other);
            done(nats.kv(Subjects.REVOKED).delete("s1"));
            becomes(true, other);
            assertThat(verifier.verify(before).failed()).isTrue();
        }
    }

    private static String issued(TestKey key, String userId, Instant at) {
        return key.token(
                TestKey.claims(Instant.now().plusSeconds(60)).put("sub", userId).put("iat", at.getEpochSecond()));
    }
}
