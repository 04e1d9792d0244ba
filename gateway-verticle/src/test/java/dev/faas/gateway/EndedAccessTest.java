package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.testing.Await;
import dev.faas.testing.TestKey;
import dev.faas.wire.Scope;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is open in the name of a login or a key ends with it. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class EndedAccessTest {
    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("story");
    }

    @Test
    void givenOpenStreamsAndWaits_whenTheirLoginEnds_thenTheyEndWithoutTheEndAndTheNextIs401() throws Exception {
        var id = faas.accepted("story", "x");
        var ended = "Bearer " + faas.signer.access(faas.alice, "sid_ended");
        var other = "Bearer " + faas.signer.access(faas.alice, "sid_other");
        try (var events = Events.open(
                        faas.request("/v1/activations/" + id + "/events").header("Authorization", ended));
                var others = Events.open(
                        faas.request("/v1/activations/" + id + "/events").header("Authorization", other));
                var client = HttpClient.newHttpClient()) {
            assertThat(events.require().field("status")).isEqualTo("queued");
            assertThat(others.require().field("status")).isEqualTo("queued");
            var wait = client.sendAsync(
                    faas.request("/v1/activations/" + id + "?wait=60")
                            .header("Authorization", ended)
                            .build(),
                    BodyHandlers.ofString());
            Await.until("three open responses", () -> faas.gateway.countOpenResponses() == 3);

            Await.await(faas.busOfAuth
                    .kv("REVOKED")
                    .put("sid_ended", "2999-01-01T00:00:00Z".getBytes(StandardCharsets.UTF_8)));

            assertThat(wait.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(401);
            Await.until("one open response", () -> faas.gateway.countOpenResponses() == 1);
            // A broken connection, not the end of the stream.
            assertThatThrownBy(events::rest).isInstanceOf(IOException.class);
            assertThat(faas.send(faas.request("/v1/activations/" + id + "/events")
                                    .header("Authorization", ended))
                            .status())
                    .isEqualTo(401);
            faas.claim(id).succeed();
            assertThat(others.rest().stream().map(Events.Event::name)).containsExactly("state", "state", "end");
        }
    }

    @Test
    void aStreamEndsWithItsKey() throws Exception {
        var id = faas.accepted("story", "x");
        var key = ScopesTest.publish(faas, List.of(Scope.READ));
        Await.until("the key is known", () -> send("/v1/activations/" + id, key) == 200);
        try (var events = Events.open(
                faas.request("/v1/activations/" + id + "/events").header("Authorization", "Bearer " + key))) {
            assertThat(events.require().field("status")).isEqualTo("queued");

            Await.await(faas.busOfAuth.kv(Subjects.APIKEYS).delete(Sha256.hex(key)));

            Await.until("no open response", () -> faas.gateway.countOpenResponses() == 0);
        }
    }

    @Test
    void aStreamEndsWithAllLoginsOfItsUser() throws Exception {
        var id = faas.accepted("story", "x");
        var now = Instant.now();
        var old = "Bearer "
                + faas.signer.token(TestKey.claims(now.plusSeconds(600))
                        .put("sub", faas.alice)
                        .put("sid", "sid_old")
                        .put("iat", now.getEpochSecond() - 60));
        var recent = "Bearer " + faas.signer.access(faas.alice, "sid_recent");
        try (var events = Events.open(
                        faas.request("/v1/activations/" + id + "/events").header("Authorization", old));
                var others = Events.open(
                        faas.request("/v1/activations/" + id + "/events").header("Authorization", recent))) {
            assertThat(events.require().field("status")).isEqualTo("queued");
            assertThat(others.require().field("status")).isEqualTo("queued");

            var cut = now.minusSeconds(30).toString().getBytes(StandardCharsets.UTF_8);
            Await.await(faas.busOfAuth.kv(Subjects.REVOKED).put(faas.alice, cut));

            Await.until("one open response", () -> faas.gateway.countOpenResponses() == 1);
            assertThatThrownBy(events::rest).isInstanceOf(IOException.class);
            faas.claim(id).succeed();
            assertThat(others.rest().stream().map(Events.Event::name)).containsExactly("state", "state", "end");
        }
    }

    /** Invariant 6. A server that restarts forgets the watches of the gateway. */
    @ParameterizedTest
    @EnumSource
    void afterAnOutageOfNatsNoRequestPassesAndNoStreamSendsFiveSecondsAfterALogout(Outage outage) throws Exception {
        var id = faas.accepted("story", "x");
        var sid = "sid_" + outage;
        var token = "Bearer " + faas.signer.access(faas.alice, sid);
        try (var events =
                Events.open(faas.request("/v1/activations/" + id + "/events").header("Authorization", token))) {
            assertThat(events.require().field("status")).isEqualTo("queued");
            if (outage == Outage.RESTART) {
                faas.server.kill();
                faas.server.restart();
            } else {
                faas.relay.cut(NatsRelay.Cut.BEFORE, "PING");
                Await.until("cut", faas.relay::hasCut);
            }
            Await.until("the logout is published", () -> isPublished(sid));
            if (outage == Outage.CUT) {
                faas.relay.heal();
            }
            var published = Instant.now();

            Await.until("the stream is broken off", () -> faas.gateway.countOpenResponses() == 0);
            Await.until(
                    "the token is refused",
                    () -> faas.send(faas.request("/v1/activations/" + id).header("Authorization", token))
                                    .status()
                            == 401);

            assertThat(Duration.between(published, Instant.now())).isLessThan(Duration.ofSeconds(5));
        }
    }

    enum Outage {
        RESTART,
        CUT
    }

    private static boolean isPublished(String sid) {
        try {
            faas.busOfAuth
                    .kv(Subjects.REVOKED)
                    .put(sid, "2999-01-01T00:00:00Z".getBytes(StandardCharsets.UTF_8))
                    .join();
            return true;
        } catch (CompletionException notYet) {
            return false;
        }
    }

    private static int send(String path, String key) throws IOException, InterruptedException {
        return faas.send(faas.request(path).header("Authorization", "Bearer " + key))
                .status();
    }
}
