package dev.faas.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.testing.Records;
import dev.faas.testing.TestCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerCertificateTest {
    private static final int MOST_BODY = 1_000;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final Metrics metrics = new Metrics("test-service");
    private TestCertificate files;
    private ServerCertificate certificate;
    private HttpService service;

    @BeforeEach
    void start() throws Exception {
        files = TestCertificate.create(directory, "first");
        certificate = ServerCertificate.open(vertx, files.chain(), files.key());
        var listener = new Listener("api", 0, on -> {
            on.get("/hello")
                    .respond(ctx ->
                            Future.succeededFuture(Map.of("tls", ctx.request().isSSL())));
            on.post("/small").handler(Bodies.json(MOST_BODY)).respond(ctx -> Future.succeededFuture(Map.of()));
        });
        service = RunningService.await(HttpService.start(
                vertx,
                Records.with(HttpConfig.loopback(), "instances", 2),
                new Health("test-service"),
                metrics,
                List.of(listener),
                certificate));
    }

    @AfterEach
    void stop() {
        RunningService.await(service.close());
        metrics.close();
        RunningService.await(vertx.close());
    }

    @ParameterizedTest
    @CsvSource({
        "--http2   --tls-max 1.3, 2  TLSv1.3",
        "--http2   --tls-max 1.2, 2  TLSv1.2",
        "--http1.1 --tls-max 1.3, 1.1 TLSv1.3",
        "--http1.1 --tls-max 1.2, 1.1 TLSv1.2"
    })
    void offersBothVersionsOfTlsAndOfHttp(String options, String expected) throws Exception {
        var answer = curl("/hello", (options + " -v").split(" +"));

        assertThat(answer)
                .contains("HTTP/" + expected.split(" +")[0])
                .contains("SSL connection using " + expected.split(" +")[1])
                .contains("{\"tls\":true}")
                .containsIgnoringCase("strict-transport-security: max-age=31536000");
    }

    @Test
    void refusesOlderVersionsOfTls() throws Exception {
        var answer = TestCertificate.run(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + service.port("api"),
                "-tls1_1",
                "-cipher",
                "DEFAULT@SECLEVEL=0"));

        assertThat(answer).contains("alert protocol version");
    }

    @Test
    void theInternalPortStaysPlain() throws Exception {
        assertThat(TestCertificate.run(
                        List.of("curl", "-sS", "http://127.0.0.1:" + service.internalPort() + "/healthz")))
                .contains("up");
    }

    /** An answer with a header of HTTP/1 would be an error of the protocol, and curl would not show it. */
    @Test
    void anHttp2RequestThatIsRefusedIsAnswered() throws Exception {
        var large = directory.resolve("large");
        Files.write(large, new byte[1 << 20]);

        assertThat(curl("/absent%zz", "--http2", "-i")).contains("HTTP/2 400");
        assertThat(curl(
                        "/small",
                        "--http2",
                        "-i",
                        "-H",
                        "Content-Type: application/json",
                        "--data-binary",
                        "@" + large))
                .contains("HTTP/2 413");
    }

    /** HTTP/2 can carry a value that HTTP/1 cannot: to the next service it could not be written. */
    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb: 1", "a\nb", "a\rb", "a\0b"})
    void anHttp2HeaderOfSeveralLinesIsRefused(String value) throws Exception {
        try (var http2 = new Http2Connection(connect(files, "h2"))) {
            assertThat(http2.get("/hello", "x-custom", "plain")).isEqualTo(Http2Connection.STATUS_200);
            assertThat(http2.get("/hello", "x-custom", value)).isEqualTo(Http2Connection.STATUS_400);
        }
    }

    @Test
    void aRenewalNeedsNoRestartAndEndsNoConnection() throws Exception {
        var second = TestCertificate.create(directory, "second");
        try (var open = connect(files)) {
            assertThat(get(open)).contains("200 OK");

            second.replace(files);
            certificate.readAgain();

            for (int i = 0; i < 4; i++) { // both instances
                try (var later = connect(second)) {
                    assertThat(subject(later)).isEqualTo("CN=second");
                    assertThat(get(later)).contains("200 OK");
                }
            }
            assertThat(subject(open)).isEqualTo("CN=first");
            assertThat(get(open)).contains("200 OK");
        }
        assertThat(second.curl(service.port("api"), "/hello", "--http2", "-i")).contains("HTTP/2 200");
    }

    @Test
    void aRenewalThatDoesNotFitChangesNothingAndIsTold() throws Exception {
        var second = TestCertificate.create(directory, "second");
        Files.write(files.chain(), Files.readAllBytes(second.chain()));

        certificate.readAgain();

        assertThat(certificate.problem().orElseThrow()).contains("is not the key of the first certificate");
        try (var later = connect(files)) {
            assertThat(subject(later)).isEqualTo("CN=first");
        }

        second.replace(files);
        certificate.readAgain();

        assertThat(certificate.problem()).isEmpty();
        try (var later = connect(second)) {
            assertThat(subject(later)).isEqualTo("CN=second");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "chain,  absent, FAAS_TLS_KEY_FILE cannot be read",
        "absent, key,    FAAS_TLS_CERT_FILE cannot be read",
        "key,    key,    FAAS_TLS_CERT_FILE .* has no certificate: it must be PEM",
        "chain,  chain,  FAAS_TLS_KEY_FILE .* has no private key",
        "empty,  key,    FAAS_TLS_CERT_FILE .* has no certificate: it must be PEM",
        "chain,  locked, openssl pkey -in KEY -out NEW",
        "chain,  other,  is not the key of the first certificate"
    })
    void wrongFilesSayWhatToDo(String chain, String key, String message) throws Exception {
        Files.createFile(directory.resolve("empty"));
        var other = TestCertificate.create(directory, "other");
        TestCertificate.run(List.of(
                "openssl",
                "pkey",
                "-in",
                files.key().toString(),
                "-aes256",
                "-passout",
                "pass:x",
                "-out",
                directory.resolve("locked").toString()));
        var paths = Map.of("chain", files.chain(), "key", files.key(), "other", other.key());

        assertThatThrownBy(() -> ServerCertificate.open(
                        vertx,
                        paths.getOrDefault(chain, directory.resolve(chain)),
                        paths.getOrDefault(key, directory.resolve(key))))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageMatching(".*" + message + ".*");
    }

    private String curl(String path, String... options) throws IOException, InterruptedException {
        return files.curl(service.port("api"), path, options);
    }

    private SSLSocket connect(TestCertificate trusted, String... protocols) throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(trusted.authority())) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", service.port("api"));
        socket.setSoTimeout(10_000);
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static String subject(SSLSocket socket) throws IOException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    /** The first bytes of the answer. */
    private static String get(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (answer.indexOf("{\"tls\":true}") < 0) {
            int read = socket.getInputStream().read(buffer);
            if (read < 0) {
                throw new IOException("closed after " + answer);
            }
            answer.append(new String(buffer, 0, read, StandardCharsets.US_ASCII));
        }
        return answer.toString();
    }
}
