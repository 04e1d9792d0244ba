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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
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
        var made = new ArrayList<String>();
        Backends.serve(vertx, backends.config(), client -> {
            client.register("ada", "correct horse battery");
            var token = client.login("ada", "correct horse battery").accessToken();
            made.addAll(List.of(token, client.createKey(token)));
        });
        // The second trust root is a new one: no entry counts that the first has signed.
        for (var trust : List.of(pair("first"), pair("second"))) {
            believes(trust, made);
        }
    }

    /** A verifier that is upgraded before auth opens when auth has signed its keys. */
    private void believes(AuthConfig.Trust trust, List<String> made) throws Exception {
        var verifier = new TokenVerifier(vertx);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var opened = threads.submit(() -> {
                var ring = KeyRing.open(bus, verifier, trust.root(), LIMIT);
                assertThat(verifier.hasKeys()).isTrue();
                return ring;
            });
            Backends.serve(vertx, backends.config("trust", trust), client -> {
                try (var ring = opened.get()) {
                    assertThat(ring).isNotNull();
                    made.forEach(each -> eventually(() -> verifier.verify(each).succeeded()));
                }
            });
        }
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
