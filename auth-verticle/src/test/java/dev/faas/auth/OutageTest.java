package dev.faas.auth;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.nats.Kv;
import dev.faas.testing.HttpAnswer;
import dev.faas.wire.Subjects;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Postgres or NATS dies under a running service: what still works, and what is repaired afterwards. */
@Tag("slow")
class OutageTest extends BackendsFixture {
    private Client client;
    private String deployment;

    @BeforeEach
    void start() throws Exception {
        var verticle = new AuthVerticle(backends.config());
        deployment = await(vertx.deployVerticle(verticle));
        client = new Client(verticle.port());
        client.register("outage", PASSWORD);
    }

    @AfterEach
    void stop() {
        client.close();
    }

    @Test
    void givenNoNatsWhenLoggedOutThenTheLoginHasEndedHereAndIsPublishedLater() throws Exception {
        var login = client.login("outage", PASSWORD);
        backends.nats.kill();

        assertThat(client.logout(login.refreshToken()).status()).isEqualTo(204);

        assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(401);
        assertThat(client.me(login.accessToken()).status()).isEqualTo(401);
        eventually(() -> client.get("/readyz").status() == 503);
        assertThat(client.get("/healthz").status()).isEqualTo(200);
        var other = client.login("outage", PASSWORD);
        assertThat(client.refresh(other.refreshToken()).status()).isEqualTo(200);

        backends.nats.restart();
        eventually(() -> client.get("/readyz").status() == 200);
        try (var bus = backends.connect("reader-of-the-test")) {
            eventually(() -> has(bus.kv("REVOKED"), sid(login)));
        }
    }

    @Test
    void givenNoNatsWhenLoggedOutAndRestartedThenTheRevocationIsNotLost() throws Exception {
        var login = client.login("outage", PASSWORD);
        backends.nats.kill();
        client.logout(login.refreshToken());
        await(vertx.undeploy(deployment));
        backends.nats.restart();

        await(vertx.deployVerticle(new AuthVerticle(backends.config())));

        try (var bus = backends.connect("reader-of-the-test")) {
            eventually(() -> has(bus.kv("REVOKED"), sid(login)));
        }
    }

    @Test
    void givenNatsWithoutItsDataWhenRestartedThenKeysAndRevocationsArePublishedAgain() throws Exception {
        var login = client.login("outage", PASSWORD);
        client.logout(login.refreshToken());
        var kid = client.get("/.well-known/jwks.json")
                .json()
                .getJsonArray("keys")
                .getJsonObject(0)
                .getString("kid");
        try (var bus = backends.connect("vandal-of-the-test")) {
            bus.kv("KEYS").delete(kid).join();
            bus.kv("REVOKED").delete(sid(login)).join();
        }
        await(vertx.undeploy(deployment));

        await(vertx.deployVerticle(new AuthVerticle(backends.config())));

        try (var bus = backends.connect("reader-of-the-test")) {
            assertThat(has(bus.kv("KEYS"), kid)).isTrue();
            assertThat(has(bus.kv("REVOKED"), sid(login))).isTrue();
        }
    }

    @Test
    void givenNoPostgresWhenAskedThenItIsUnavailableAndWorksAgainLater() throws Exception {
        var login = client.login("outage", PASSWORD);
        backends.postgres.kill();

        var answer = client.login("outage", PASSWORD);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("unavailable");
        assertThat(answer.header("Retry-After")).matches("\\d+");
        assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(503);
        eventually(() -> client.get("/readyz").status() == 503);
        assertThat(client.get("/.well-known/jwks.json").status()).isEqualTo(200);

        backends.postgres.restart();
        eventually(() -> client.get("/readyz").status() == 200);
        assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(200);
    }

    /** Another replica may have ended the login, or deleted the key. */
    @ParameterizedTest
    @ValueSource(strings = {Subjects.REVOKED, Subjects.APIKEYS})
    void givenNoWordOfAFollowedBucketForLongWhenAskedWithATokenThenItIsUnavailableAndLoginsGoOn(String bucket)
            throws Exception {
        Backends.serve(vertx, backends.config("accessStale", Duration.ofSeconds(3)), other -> {
            var login = other.login("outage", PASSWORD);
            assertThat(other.me(login.accessToken()).status()).isEqualTo(200);
            var vandal = io.nats.client.Nats.connect(backends.nats.url());
            vandal.jetStreamManagement().deleteStream("KV_" + bucket);
            vandal.close();

            eventually(() -> other.me(login.accessToken()).status() == 503);

            assertThat(other.me(login.accessToken()).code()).isEqualTo("unavailable");
            assertThat(other.get("/readyz").status()).isEqualTo(503);
            assertThat(other.login("outage", PASSWORD).status()).isEqualTo(200);
            assertThat(other.refresh(login.refreshToken()).status()).isEqualTo(200);
            assertThat(other.get("/healthz").status()).isEqualTo(200);
        });
    }

    private static boolean has(Kv bucket, String key) {
        return bucket.get(key).join().isPresent();
    }

    private static String sid(HttpAnswer login) {
        return Answers.claims(login.accessToken()).getString("sid");
    }
}
