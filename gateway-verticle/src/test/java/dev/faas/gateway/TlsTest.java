package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.testing.TestCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {
    @TempDir
    static Path directory;

    private static RunningGateway faas;
    private static TestCertificate files;
    private static GatewayVerticle gateway;

    @BeforeAll
    static void start() throws Exception {
        faas = new RunningGateway(directory.resolve("nats"));
        files = TestCertificate.create(directory, "first");
        gateway = faas.withTls(new GatewayConfig.Tls(new GatewayConfig.Tls.Files(files.chain(), files.key()), true));
    }

    @AfterAll
    static void stop() throws IOException {
        faas.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"api", "auth", "registry"})
    void eachPortSpeaksTlsAlone(String port) throws Exception {
        assertThat(files.curl(gateway.port(port), "/readyz", "--http2", "-i"))
                .contains("HTTP/2 200", "strict-transport-security: max-age=31536000", "\"tls\":\"up\"");
        assertThat(TestCertificate.run(
                        List.of("curl", "-sS", "-i", "http://127.0.0.1:" + gateway.port(port) + "/readyz")))
                .doesNotContain("200");
    }

    /** By HTTP/2 to the gateway, and by HTTP/1.1 to the services. */
    @Test
    void callsAreAnsweredAndForwarded() throws Exception {
        var function = faas.function("greet");
        Await.until("known", Duration.ofSeconds(10), () -> submit().contains("HTTP/2 202"));
        assertThat(submit()).contains("location: /v1/activations/").doesNotContain("connection:");

        faas.auth.answers(request -> request.body()
                .onSuccess(body -> request.response()
                        .putHeader("Connection", "keep-alive")
                        .setChunked(true)
                        .end("{\"echo\":" + body + "}")));
        assertThat(files.curl(
                        gateway.port("auth"),
                        "/v1/auth/login",
                        "--http2",
                        "-i",
                        "-H",
                        "Content-Type: application/json",
                        "-d",
                        "{\"a\":1}"))
                .contains("HTTP/2 200", "{\"echo\":{\"a\":1}}")
                .doesNotContain("connection:", "transfer-encoding:");
        faas.auth.answersNothing();
        assertThat(function).isNotNull();
    }

    private static String submit() throws Exception {
        return files.curl(
                gateway.port("api"),
                "/v1/functions/greet/activations",
                "--http2",
                "-i",
                "-H",
                "Authorization: " + faas.signer.bearer(faas.alice),
                "-H",
                "Content-Type: text/plain",
                "-d",
                "x");
    }

    @Test
    void aRenewedCertificateIsTakenByItself() throws Exception {
        var second = TestCertificate.create(directory, "second");
        var old = TestCertificate.create(directory, "old");
        var renewing = faas.withTls(new GatewayConfig.Tls(new GatewayConfig.Tls.Files(old.chain(), old.key()), true));

        second.replace(old);

        Await.until(
                "renewed",
                Duration.ofSeconds(20),
                () -> second.curl(renewing.port("registry"), "/readyz").contains("\"tls\":\"up\""));
    }

    /** Where others reach the gateway, its readiness says that something is missing; it is ready all the same. */
    @Test
    void withoutTlsItStartsAndSaysSo() throws Exception {
        var plain = faas.withTls(new GatewayConfig.Tls(null, true));

        var answer = faas.sendTo(plain, faas.request("/readyz"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("\"tls\":\"down\"");
        assertThat(faas.send(faas.request("/readyz")).text()).doesNotContain("tls");
    }
}
