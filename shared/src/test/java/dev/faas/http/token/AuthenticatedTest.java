package dev.faas.http.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.Bodies;
import dev.faas.http.RunningService;
import dev.faas.testing.TestKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatedTest {
    private final Vertx vertx = Vertx.vertx();
    private final TokenVerifier verifier = new TokenVerifier(vertx);
    private final RunningService running = new RunningService(this::routes);
    private String token;

    private void routes(Router on) {
        on.post("/mine")
                .handler(Authenticated.by(verifier))
                .handler(Bodies.text(100))
                .respond(ctx -> Future.succeededFuture(
                        Map.of("user", Authenticated.principal(ctx).userId(), "body", Bodies.utf8(ctx))));
    }

    @BeforeEach
    void sign() throws Exception {
        var key = TestKey.generate("k1");
        verifier.replaceKeys(Map.of("k1", key.jwk()));
        token = key.token(TestKey.claims(Instant.now().plusSeconds(900)));
    }

    @AfterEach
    void close() {
        running.close();
        RunningService.await(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER  "})
    void whenTheTokenIsValidThenTheRequestPassesWithItsBody(String scheme) throws Exception {
        var answer = running.send(post().header("Authorization", scheme + token));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("user").asText()).isEqualTo("usr_1");
        assertThat(answer.json().path("body").asText()).isEqualTo("hello");
    }

    @Test
    void whenThereIsNoTokenThenTheAnswerAsksForOne() throws Exception {
        var answer = running.send(post());

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("unauthenticated");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"faas\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic YTpi", "Bearer", "Bearer x", "x"})
    void whenTheTokenIsNotValidThenTheAnswerSaysSo(String authorization) throws Exception {
        var answer = running.send(post().header("Authorization", authorization));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer realm=\"faas\", error=\"invalid_token\"");
    }

    @Test
    void whenThereAreTwoCredentialsThenNeitherCounts() throws Exception {
        var answer = running.send(
                post().header("Authorization", "Bearer " + token).header("Authorization", "Bearer " + token));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("unauthenticated");
    }

    private HttpRequest.Builder post() {
        return running.request("/mine")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("hello"));
    }
}
