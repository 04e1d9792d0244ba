package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Env;
import dev.faas.http.tls.InnerTls;
import dev.faas.testing.Await;
import dev.faas.testing.TestCertificate;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway in front of services that demand its certificate. */
class UpstreamTlsTest {
    private static final int REQUESTS = 20;
    /** One for each event loop, and for the health check. */
    private static final int MOST_CONNECTIONS = 4;

    @TempDir
    Path directory;

    @Test
    void givenServicesWithTls_whenCallsAreForwarded_thenConnectionsAreKeptAndOthersAreRefused() throws Exception {
        var connections = new AtomicInteger();
        var shown = TestCertificate.create(directory, "service");
        try (var faas = new RunningGateway(directory.resolve("nats"))) {
            var service = Await.await(faas.vertx
                    .createHttpServer(new HttpServerOptions()
                            .setSsl(true)
                            .setClientAuth(ClientAuth.REQUIRED)
                            .setKeyCertOptions(new PemKeyCertOptions()
                                    .addCertPath(shown.chain().toString())
                                    .addKeyPath(shown.key().toString()))
                            .setTrustOptions(new PemTrustOptions()
                                    .addCertPath(shown.authority().toString())))
                    .connectionHandler(connection -> connections.incrementAndGet())
                    .requestHandler(request -> request.response()
                            .putHeader("Strict-Transport-Security", "max-age=31536000")
                            .end("{\"path\":\"" + request.path() + "\"}"))
                    .listen(0, "127.0.0.1"));
            var url = URI.create("https://127.0.0.1:" + service.actualPort());
            var trusted = faas.withServices(new GatewayConfig.Services(url, url, tls(shown, shown)));

            for (int i = 0; i < REQUESTS; i++) {
                var answer = login(faas, trusted);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo("{\"path\":\"/v1/auth/login\"}");
                assertThat(answer.header("Strict-Transport-Security"))
                        .as("of a gateway without TLS")
                        .isEmpty();
            }
            assertThat(connections.get()).isLessThanOrEqualTo(MOST_CONNECTIONS);

            var stranger = TestCertificate.create(directory, "stranger");
            var refused = faas.withServices(new GatewayConfig.Services(url, url, tls(stranger, shown)));
            assertThat(login(faas, refused).status()).isEqualTo(503);
        }
    }

    private static GatewayAnswer login(RunningGateway faas, GatewayVerticle gateway) throws Exception {
        return faas.sendTo(
                gateway,
                faas.request("/v1/auth/login")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{}")));
    }

    private static InnerTls tls(TestCertificate files, TestCertificate trusted) {
        return InnerTls.from(Env.of(Map.of(
                "FAAS_INNER_TLS_CERT_FILE", files.chain().toString(),
                "FAAS_INNER_TLS_KEY_FILE", files.key().toString(),
                "FAAS_INNER_TLS_CA_FILE", trusted.authority().toString())));
    }
}
