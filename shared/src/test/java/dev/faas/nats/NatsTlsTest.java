package dev.faas.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.CaFile;
import dev.faas.config.Env;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.local.NatsServer;
import dev.faas.testing.Await;
import dev.faas.testing.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NatsTlsTest {
    /** Of a start: the first handshake takes long on a busy machine. */
    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir
    static Path directory;

    private static TestCertificate certificate;
    private static NatsServer server;
    private static NatsServer plain;

    @BeforeAll
    static void start() throws Exception {
        certificate = TestCertificate.create(directory, "ca").another("nats", "DNS:localhost");
        server = start(certificate);
        plain = NatsServer.start(directory.resolve("plain"));
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        plain.close();
    }

    @Test
    void givenTheCa_whenConnected_thenPlainTextIsNotAcceptedAndARestartOfTheServerIsSurvived() throws Exception {
        try (var nats = connect(url(), certificate.authority())) {
            nats.flush().get();
            assertThat(sayPlainly(server.port()))
                    .contains("\"tls_required\":true")
                    .doesNotContain("PONG");

            server.kill();
            server.restart();

            Await.until("connected again", Duration.ofSeconds(20), () -> {
                try {
                    nats.flush().get();
                    return true;
                } catch (ExecutionException | IllegalStateException away) {
                    return false;
                }
            });
        }
    }

    @Test
    void givenACertificateWithoutTheServersName_whenConnected_thenTheStartEndsWithTheReason() {
        assertThatThrownBy(() -> connect("nats://127.0.0.1:" + server.port(), certificate.authority()))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining("127.0.0.1 found")
                .hasMessageContaining("have the host name in FAAS_NATS_URL");
    }

    @Test
    void givenAnotherCa_whenConnected_thenTheStartEndsWithTheReason() throws Exception {
        var stranger = TestCertificate.create(directory, "stranger").authority();

        assertThatThrownBy(() -> connect(url(), stranger))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageStartingWith("the certificate of NATS at " + url() + " was refused")
                .hasMessageContaining("signed by the CA in FAAS_NATS_CA_FILE (" + stranger + ")");
    }

    @Test
    void givenOneSideWithoutTls_whenConnected_thenTheStartEndsWithTheReason() {
        assertThatThrownBy(() -> connect(plain.url(), certificate.authority()))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining("speaks no TLS, but FAAS_NATS_CA_FILE is set");
        assertThatThrownBy(() -> connect(url(), null))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining("accepts only TLS: set FAAS_NATS_CA_FILE");
    }

    @ParameterizedTest
    @CsvSource({
        "missing, , cannot be read",
        "empty, '', names a file without a certificate",
        "text, 'no certificate', names a file",
        "broken, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', names a file that is no certificate"
    })
    void givenAFileOfNoUse_whenRead_thenTheProblemNamesItAndTheSetting(
            String name, @Nullable String content, String problem) throws Exception {
        var file = directory.resolve(name);
        if (content != null) {
            Files.writeString(file, content);
        }
        var env = Env.of(Map.of("FAAS_NATS_CA_FILE", file.toString()));

        NatsConfig.from(env);

        assertThatThrownBy(env::check)
                .hasMessageContaining("FAAS_NATS_CA_FILE " + problem)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("compose/certificates");
    }

    private static String url() {
        return "nats://localhost:" + server.port();
    }

    private static NatsServer start(TestCertificate certificate) throws IOException {
        var config = certificate.key().resolveSibling(certificate.key().getFileName() + ".conf");
        Files.writeString(
                config,
                "tls { cert_file: \"%s\", key_file: \"%s\" }\n".formatted(certificate.chain(), certificate.key()));
        return NatsServer.start(config.resolveSibling(config.getFileName() + ".data"), config, Map.of());
    }

    private static Nats connect(String url, @Nullable Path ca) throws Exception {
        var file = ca == null
                ? null
                : CaFile.from(Env.of(Map.of("FAAS_NATS_CA_FILE", ca.toString())), "FAAS_NATS_CA_FILE", "")
                        .orElseThrow();
        return Nats.connect(new NatsConfig(url, null, null, LIMIT, Duration.ofSeconds(2), file), "test");
    }

    private static String sayPlainly(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("CONNECT {}\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII));
            var answer = new StringBuilder();
            try {
                for (int next = socket.getInputStream().read();
                        next >= 0;
                        next = socket.getInputStream().read()) {
                    answer.append((char) next);
                }
            } catch (SocketException reset) {
                // the server closed it with something unread
            }
            return answer.toString();
        }
    }
}
