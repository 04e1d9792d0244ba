package dev.faas.system.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Env;
import dev.faas.gateway.GatewayConfig;
import dev.faas.gateway.GatewayVerticle;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.system.Client;
import dev.faas.system.WholeSystem;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests which tokens two gateways of one platform accept. */
@ExtendWith(WholeSystem.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokensIT {
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final List<String> ROADS = List.of("/v1/functions", "/v1/auth/me", "/v1/activations");

    private final Vertx vertx = Vertx.vertx();
    private Map<String, String> settingsOfAuth;
    private Map<String, String> settingsOfGateway;
    private List<URI> gateways;

    @BeforeAll
    void aSecondGatewayJoins(WholeSystem.Running system) throws Exception {
        settingsOfAuth = system.platform().settingsOf("auth");
        settingsOfGateway = system.platform().settingsOf("gateway");
        var second = new GatewayVerticle(GatewayConfig.from(Env.of(settingsOfGateway)));
        vertx.deployVerticle(second).await();
        gateways = List.of(system.api(), URI.create("http://127.0.0.1:" + second.port("api")));
        assertThat(gateways).doesNotHaveDuplicates();
    }

    @AfterAll
    void close() {
        vertx.close().await();
    }

    @Test
    void whenATokenIsRealThenBothGatewaysTakeIt() throws Exception {
        everywhere(Client.register(gateways.getFirst()), 200);
        everywhere(Client.register(gateways.getLast()), 200);
    }

    @Test
    void whenARefreshTokenIsUsedAgainThenTheWholeLoginEndsAtBothGatewaysWithinASecond() throws Exception {
        var first = Client.register(gateways.getFirst());
        var other = first.holding(first.refresh().expect(200).json());
        var third = other.at(gateways.getLast());
        third = third.holding(third.refresh().expect(200).json());
        everywhere(first, 200);
        everywhere(third, 200);

        assertThat(first.refresh().expect(401).code()).isEqualTo("invalid_credentials");

        refusedWithinASecond(first, other, third);
        assertThat(third.refresh().expect(401).code()).isEqualTo("invalid_credentials");
    }

    @Test
    void whenAUserLogsOutThenBothGatewaysRefuseThatLoginWithinASecondAndNoOther() throws Exception {
        var here = Client.register(gateways.getFirst());
        var user = Client.register(gateways.getFirst());
        everywhere(here, 200);

        here.post("/v1/auth/logout", Map.of("refresh_token", here.refreshToken()))
                .expect(204);

        refusedWithinASecond(here);
        assertThat(here.refresh().expect(401).code()).isEqualTo("invalid_credentials");
        everywhere(user, 200);
    }

    @Test
    void whenATokenIsForgedThenItIsRefusedEverywhere() throws Exception {
        var ada = Client.register(gateways.getFirst());
        var forger = TokenForger.of(vertx, settingsOfAuth, ada.accessToken());
        var forgeries = Forgeries.of(forger, ada.accessToken());
        assertThat(forgeries).hasSizeGreaterThan(80);
        everywhere(ada.holding(forger.withClaims(forger.claims())), 200);

        for (var forgery : forgeries.entrySet()) {
            refused(forgery.getKey(), ada.holding(forgery.getValue()), "unauthenticated");
        }
        var past = forger.claimsWith("exp", Instant.now().getEpochSecond() - 1);
        refused("expired", ada.holding(forger.withClaims(past)), "token_expired");
        everywhere(ada, 200);
    }

    @Test
    void whenThereIsNoTokenThenTheAnswerNamesTheSchemeWhoseCaseDoesNotMatter() throws Exception {
        var anonymous = Client.anonymous(gateways.getFirst());
        var bare = anonymous.get("/v1/functions").expect(401);
        assertThat(bare.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"faas\"");
        var token = Client.register(gateways.getFirst()).accessToken();
        anonymous.get("/v1/functions", "Authorization", "bEARER " + token).expect(200);
    }

    @Test
    void givenAGatewayThatHasNoKeysThenItIsNotReadyAndRefusesAll(@TempDir Path directory) throws Exception {
        var ada = Client.register(gateways.getFirst());
        try (var server = NatsServer.start(directory);
                var bus = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(bus, TopologyConfig.LOCAL);
            var settings = new HashMap<>(settingsOfGateway);
            settings.put("FAAS_NATS_URL", server.url());
            var keyless = new GatewayVerticle(GatewayConfig.from(Env.of(settings)));
            var deployment = vertx.deployVerticle(keyless).await();
            var there = ada.at(URI.create("http://127.0.0.1:" + keyless.port("api")));

            var ready = there.get("/readyz").expect(503);
            assertThat(ready.json().path("dependencies").path("keys").asText()).isEqualTo("down");
            assertThat(ready.header("Retry-After")).isNotEmpty();
            var unsigned = TokenForger.part("{\"alg\":\"none\"}") + ".e30.";
            for (var token : List.of(ada.accessToken(), unsigned, unsigned + "AAAA", "x")) {
                for (var road : List.of("/v1/functions", "/v1/activations", "/v1/activations/x/result")) {
                    there.holding(token).get(road, "Accept", "*/*").expect(401);
                }
            }
            vertx.undeploy(deployment).await();
        }
    }

    private void everywhere(Client client, int status) throws Exception {
        for (var gateway : gateways) {
            for (var road : ROADS) {
                client.at(gateway).get(road).expect(status);
            }
        }
    }

    private void refused(String what, Client client, String code) throws Exception {
        for (var gateway : gateways) {
            for (var road : ROADS) {
                var reply = client.at(gateway).get(road);
                assertThat(reply.status())
                        .as("%s at %s: %s", what, road, reply.text())
                        .isEqualTo(401);
                assertThat(reply.code()).as(what).isEqualTo(code);
                assertThat(reply.header("WWW-Authenticate"))
                        .as(what)
                        .startsWith("Bearer realm=\"faas\", error=\"invalid_token\"");
            }
        }
    }

    private void refusedWithinASecond(Client... clients) throws Exception {
        var until = System.nanoTime() + A_SECOND.toNanos();
        for (var client : clients) {
            for (var gateway : gateways) {
                var status = 200;
                while (status != 401 && System.nanoTime() < until) {
                    status = client.at(gateway).get("/v1/functions").status();
                }
                assertThat(status).as("within a second").isEqualTo(401);
            }
        }
    }
}
