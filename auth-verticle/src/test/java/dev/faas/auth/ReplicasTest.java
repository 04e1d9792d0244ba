package dev.faas.auth;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.HttpAnswer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Several auth-services on one Postgres and one NATS, and one after another. */
class ReplicasTest extends BackendsFixture {
    @Test
    void givenAnEmptyDatabaseWhenReplicasStartAtOnceThenTheyShareOneKeyAndAcceptEachOthersTokens() throws Exception {
        var one = new AuthVerticle(backends.config());
        var two = new AuthVerticle(backends.config());
        var three = new AuthVerticle(backends.config());

        await(Future.all(vertx.deployVerticle(one), vertx.deployVerticle(two), vertx.deployVerticle(three)));

        try (var first = new Client(one.port());
                var second = new Client(two.port());
                var third = new Client(three.port())) {
            assertThat(backends.number("select count(*) from auth.signing_key")).isEqualTo(1);
            assertThat(keys(second)).isEqualTo(keys(first));
            assertThat(keys(third)).isEqualTo(keys(first));

            first.register("replica", PASSWORD);
            var login = second.login("replica", PASSWORD);
            assertThat(first.me(login.accessToken()).status()).isEqualTo(200);
            var refreshed = third.refresh(login.refreshToken());
            assertThat(second.me(refreshed.accessToken()).status()).isEqualTo(200);

            assertThat(first.logout(refreshed.refreshToken()).status()).isEqualTo(204);
            assertThat(second.refresh(refreshed.refreshToken()).status()).isEqualTo(401);
            eventually(() -> second.me(refreshed.accessToken()).status() == 401);
            eventually(() -> third.me(login.accessToken()).status() == 401);
        }
    }

    @Test
    void givenTokensWhenTheServiceIsRestartedThenKeysTokensAndRevocationsAreStillGood() throws Exception {
        var before = new AuthVerticle(backends.config());
        var deployment = await(vertx.deployVerticle(before));
        JsonObject keys;
        HttpAnswer open;
        HttpAnswer ended;
        try (var client = new Client(before.port())) {
            client.register("restart", PASSWORD);
            keys = keys(client);
            open = client.login("restart", PASSWORD);
            ended = client.login("restart", PASSWORD);
            client.logout(ended.refreshToken());
        }
        await(vertx.undeploy(deployment));

        var after = new AuthVerticle(backends.config());
        await(vertx.deployVerticle(after));

        try (var client = new Client(after.port())) {
            assertThat(keys(client)).isEqualTo(keys);
            assertThat(client.me(open.accessToken()).status()).isEqualTo(200);
            assertThat(client.refresh(open.refreshToken()).status()).isEqualTo(200);
            assertThat(client.me(ended.accessToken()).status()).isEqualTo(401);
            assertThat(client.refresh(ended.refreshToken()).status()).isEqualTo(401);
        }
    }

    /** The bucket forgets after a day. A registry that was away as long gets the deletion from the next start. */
    @Test
    void givenADeletedUserWhenTheServiceIsRestartedThenTheDeletionIsPublishedAgain() throws Exception {
        var before = new AuthVerticle(backends.config());
        var deployment = await(vertx.deployVerticle(before));
        String userId;
        try (var client = new Client(before.port())) {
            userId = client.register("leaver", PASSWORD).json().getString("userId");
            var token = client.login("leaver", PASSWORD).accessToken();
            client.as(token, "DELETE", "/v1/auth/me", new JsonObject().put("currentPassword", PASSWORD));
        }
        await(vertx.undeploy(deployment));
        try (var bus = backends.connect("registry-of-the-test")) {
            bus.kv("REVOKED").delete(userId).join();

            await(vertx.deployVerticle(new AuthVerticle(backends.config())));

            eventually(() -> bus.kv("REVOKED").get(userId).join().isPresent());
        }
    }

    private static JsonObject keys(Client client) {
        return client.get("/.well-known/jwks.json").json();
    }
}
