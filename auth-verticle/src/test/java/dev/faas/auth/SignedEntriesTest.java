package dev.faas.auth;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Env;
import dev.faas.http.token.EntrySigner;
import dev.faas.http.token.KeyRing;
import dev.faas.http.token.NewTrustRoot;
import dev.faas.http.token.TokenVerifier;
import dev.faas.http.token.TrustRoot;
import dev.faas.nats.Nats;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What auth puts on the bus is believed by who knows the trust root, also what it put there before it had one, or had another. */
class SignedEntriesTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private Backends backends;
    private Nats bus;

    @BeforeEach
    void start() throws Exception {
        backends = Backends.start(directory.resolve("backends"));
        bus = backends.connect("verifier");
    }

    @AfterEach
    void stop() throws IOException {
        bus.close();
        await(vertx.close());
        backends.close();
    }

    @Test
    void keysAndApiKeysOfBeforeAreSignedAtTheStart() throws Exception {
        String token;
        String apiKey;
        var verifier = new TokenVerifier(vertx);
        var before = new AuthVerticle(backends.config());
        var deployment = await(vertx.deployVerticle(before));
        try (var client = new Client(before.port())) {
            client.register("ada", "correct horse battery");
            token = client.login("ada", "correct horse battery").accessToken();
            apiKey = client.post(
                            "/v1/auth/keys", new JsonObject().put("name", "ci"), "Authorization", "Bearer " + token)
                    .json()
                    .getString("key");
        }
        await(vertx.undeploy(deployment));
        var first = pair("first");
        try (var ring = KeyRing.open(bus, verifier, first.root(), LIMIT)) {
            assertThat(ring).isNotNull();
            assertThat(verifier.hasKeys()).isFalse();

            believes(verifier, first, token, apiKey);
        }
        var second = pair("second");
        var later = new TokenVerifier(vertx);
        try (var ring = KeyRing.open(bus, later, second.root(), LIMIT)) {
            assertThat(ring).isNotNull();
            assertThat(later.hasKeys()).isFalse();

            believes(later, second, token, apiKey);
        }
    }

    private void believes(TokenVerifier verifier, AuthConfig.Trust trust, String token, String apiKey) {
        var deployment = await(vertx.deployVerticle(new AuthVerticle(backends.config(trust))));
        eventually(() -> verifier.verify(token).succeeded());
        eventually(() -> verifier.verify(apiKey).succeeded());
        await(vertx.undeploy(deployment));
    }

    private AuthConfig.Trust pair(String name) throws IOException {
        var pair = NewTrustRoot.generate();
        var env = Env.of(Map.of(
                "FAAS_TRUST_ROOT_FILE",
                Files.writeString(directory.resolve(name + ".pub"), pair.publicKey())
                        .toString(),
                "FAAS_TRUST_ROOT_KEY_FILE",
                Files.writeString(directory.resolve(name), pair.privateKey()).toString()));
        var root = TrustRoot.from(env);
        var trust = new AuthConfig.Trust(root, EntrySigner.from(env, root));
        env.check();
        return trust;
    }
}
