package dev.faas.http.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Secret;
import dev.faas.http.RunningService;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.testing.TestKey;
import dev.faas.wire.Codec;
import dev.faas.wire.PublishedKey;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import io.nats.client.Connection;
import io.nats.client.Options;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.SubjectTransform;
import io.nats.client.impl.Headers;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the credential of another service than auth nothing gets into a bucket that a verifier takes for a key of auth. */
class ForgedKeysTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Path NATS_CONF = Path.of(System.getProperty("basedir", "."), "../compose/nats.conf");
    private static final Map<String, String> PASSWORDS = Map.of(
            "FAAS_NATS_REGISTRY_PASSWORD", "pregistry",
            "FAAS_NATS_GATEWAY_PASSWORD", "pgateway",
            "FAAS_NATS_SPAWNER_PASSWORD", "pspawner",
            "FAAS_NATS_AUTH_PASSWORD", "pauth");
    private static final String API_KEY = ApiKeyText.create(new SecureRandom());

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final TokenVerifier verifier = new TokenVerifier(vertx);
    private final TokenVerifier credulous = new TokenVerifier(vertx);
    private final TestKey auths = TestKey.generate("auths");
    private NatsServer server;
    private Nats auth;
    private Connection registry;
    private EntrySigner signer;
    private KeyRing ring;
    private KeyRing credulousRing;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start(directory, NATS_CONF, PASSWORDS);
        try (var maker = connect("registry")) {
            Topology.create(maker, TopologyConfig.LOCAL);
        }
        auth = connect("auth");
        registry = raw("registry");
        var pair = KeyPairGenerator.getInstance(Ed25519.NAME).generateKeyPair();
        var root = new TrustRoot(pair.getPublic());
        signer = new EntrySigner(pair.getPrivate(), root);
        put(Subjects.KEYS, auths.kid(), signer.sign(Subjects.KEYS, auths.kid(), auths.jwk()));
        ring = KeyRing.open(auth, verifier, root, LIMIT);
        credulousRing = KeyRing.open(auth, credulous, TrustRoot.NONE, LIMIT);
    }

    @AfterEach
    void stop() throws Exception {
        ring.close();
        credulousRing.close();
        auth.close();
        registry.close();
        server.close();
        RunningService.await(vertx.close());
    }

    private Nats connect(String user) throws Exception {
        var config = Records.with(NatsConfig.local(server.url()), "user", user, "password", new Secret("p" + user));
        return Nats.connect(config, user);
    }

    private Connection raw(String user) throws Exception {
        return io.nats.client.Nats.connect(new Options.Builder()
                .server(server.url())
                .userInfo(user, "p" + user)
                .inboxPrefix("_INBOX_" + user + ".")
                .build());
    }

    private void put(String bucket, String key, byte[] value) {
        done(auth.kv(bucket).put(key, value));
    }

    /**
     * The registry gives auth's stream a subject more, so that NATS writes past the permissions of the registry. Other ways do not
     * keep the headers of an entry (ForeignEntriesTest).
     */
    private void forge(String bucket, String key, byte[] value) throws Exception {
        var management = registry.jetStreamManagement();
        var auths = management.getStreamInfo("KV_" + bucket).getConfiguration();
        management.updateStream(StreamConfiguration.builder(auths)
                .addSubjects("wake.forged")
                .subjectTransform(SubjectTransform.builder()
                        .source("wake.forged")
                        .destination("$KV." + bucket + "." + key)
                        .build())
                .build());
        registry.publish("wake.forged", new Headers().add("Nats-Expected-Stream", "KV_" + bucket), value);
    }

    private static <T> T done(CompletableFuture<T> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static String token(TestKey key) {
        return key.token(TestKey.claims(Instant.now().plusSeconds(60)));
    }

    /** Of the value that goes into APIKEYS. */
    private static String published(String userId) {
        return new String(
                Codec.encode(new PublishedKey(
                        "key_1",
                        userId,
                        "ada",
                        userId,
                        List.of("read"),
                        Instant.now().plusSeconds(60))),
                StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "registry, KEYS", "registry, APIKEYS", "registry, REVOKED",
        "gateway, KEYS", "gateway, APIKEYS", "gateway, REVOKED",
        "spawner, KEYS", "spawner, APIKEYS", "spawner, REVOKED"
    })
    void nobodyElseMayWriteTheBucketsOfAuth(String user, String bucket) throws Exception {
        var other = raw(user);
        try {
            other.publish("$KV." + bucket + ".forged", "{}".getBytes(StandardCharsets.UTF_8));
            other.flush(LIMIT);
        } finally {
            other.close();
        }

        assertThat(done(auth.kv(bucket).get("forged"))).isEmpty();
    }

    @Test
    void aForgedSigningKeyGetsIntoTheBucketAndIsNotBelieved() throws Exception {
        var forged = TestKey.generate("forged");

        forge(Subjects.KEYS, "forged", forged.jwk().getBytes(StandardCharsets.UTF_8));

        // Who does not check signatures shows that the entry has come.
        Await.until("forged", LIMIT, () -> credulous.verify(token(forged)).succeeded());
        awaitAllRead();
        assertThat(verifier.verify(token(forged)).failed()).isTrue();
        assertThat(verifier.verify(token(auths)).succeeded()).isTrue();
    }

    @Test
    void aForgedApiKeyGetsIntoTheBucketAndIsNotBelieved() throws Exception {
        forge(Subjects.APIKEYS, Sha256.hex(API_KEY), published("usr_1").getBytes(StandardCharsets.UTF_8));

        Await.until("forged", LIMIT, () -> credulous.verify(API_KEY).succeeded());
        awaitAllRead();
        assertThat(verifier.verify(API_KEY).failed()).isTrue();
    }

    /** An entry of auth for another key, the one before the newest, and one that auth has deleted. */
    @Test
    void whatAuthHasSignedIsNotBelievedInAnotherPlaceOrTime() throws Exception {
        var hash = Sha256.hex(API_KEY);
        var older = signer.sign(Subjects.APIKEYS, hash, published("usr_before"));
        var newer = signer.sign(Subjects.APIKEYS, hash, published("usr_now"));
        put(Subjects.APIKEYS, hash, newer);
        Await.until("accepted", LIMIT, () -> verifier.verify(API_KEY).succeeded());
        var other = ApiKeyText.create(new SecureRandom());
        forge(Subjects.APIKEYS, Sha256.hex(other), newer);
        Await.until("moved", LIMIT, () -> credulous.verify(other).succeeded());
        awaitAllRead();
        assertThat(verifier.verify(other).failed()).isTrue();

        forge(Subjects.APIKEYS, hash, older);
        Await.until("older", LIMIT, () -> userOf(credulous).equals("usr_before"));
        awaitAllRead();
        assertThat(userOf(verifier)).isEqualTo("usr_now");

        done(auth.kv(Subjects.APIKEYS).delete(hash));
        Await.until("deleted", LIMIT, () -> verifier.verify(API_KEY).failed());
        forge(Subjects.APIKEYS, hash, newer);
        Await.until("back", LIMIT, () -> credulous.verify(API_KEY).succeeded());
        awaitAllRead();
        assertThat(verifier.verify(API_KEY).failed()).isTrue();
    }

    private static String userOf(TokenVerifier verifier) {
        return verifier.verify(API_KEY).result().userId();
    }

    /** Both buckets are read in order, so what comes before these has been read with them. */
    private void awaitAllRead() {
        var key = TestKey.generate("last");
        put(Subjects.KEYS, key.kid(), signer.sign(Subjects.KEYS, key.kid(), key.jwk()));
        Await.until("keys read", LIMIT, () -> verifier.verify(token(key)).succeeded());
        var text = ApiKeyText.create(new SecureRandom());
        put(Subjects.APIKEYS, Sha256.hex(text), signer.sign(Subjects.APIKEYS, Sha256.hex(text), published("usr_last")));
        Await.until("API keys read", LIMIT, () -> verifier.verify(text).succeeded());
    }
}
