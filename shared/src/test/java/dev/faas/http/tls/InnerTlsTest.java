package dev.faas.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.Env;
import dev.faas.http.Health;
import dev.faas.http.HttpConfig;
import dev.faas.http.HttpService;
import dev.faas.http.Listener;
import dev.faas.http.Metrics;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.testing.Await;
import dev.faas.testing.TestCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InnerTlsTest {
    @TempDir
    static Path directory;

    private static final Vertx VERTX = Vertx.vertx();
    private static final Metrics METRICS = new Metrics("test-service");
    private static TestCertificate serverFiles;
    private static TestCertificate clientFiles;
    private static Lifecycle lifecycle;
    private static HttpService service;
    private static HttpClient client;

    @BeforeAll
    static void start() throws Exception {
        serverFiles = TestCertificate.create(directory, "server");
        clientFiles = serverFiles.another("client", "DNS:client");
        lifecycle = new Lifecycle(VERTX, "test-service");
        var listener = new Listener(
                "api",
                0,
                on -> on.get("/peer").respond(ctx -> {
                    var connection = ctx.request().connection();
                    return Future.succeededFuture(Map.of(
                            "certificate",
                            name(ctx.request()),
                            "port",
                            connection.remoteAddress().port()));
                }));
        Await.await(lifecycle.start(on -> {
            var health = new Health("test-service");
            var certificate = InnerTls.server(tls(serverFiles), VERTX, on, health);
            service = on.await(
                    "http",
                    () -> HttpService.start(
                            VERTX, HttpConfig.loopback(), health, METRICS, List.of(listener), certificate),
                    HttpService::close);
            client = InnerTls.client(tls(clientFiles), VERTX, on, new HttpClientOptions(), new PoolOptions());
        }));
    }

    @AfterAll
    static void stop() {
        Await.await(lifecycle.stop());
        METRICS.close();
        Await.await(VERTX.close());
    }

    @Test
    void givenCertificatesOfTheCa_whenCalledAgain_thenTheConnectionIsKept() {
        assertThat(ask("127.0.0.1")).contains("CN=client");
        // The pool may get it back a moment after the answer, so one before may have been closed since.
        Await.until("a connection is used again", () -> ask("127.0.0.1").equals(ask("127.0.0.1")));
    }

    /** The health check of a container uses the internal port, which has neither. */
    @Test
    void givenNoCertificateOrAnotherOne_whenCalled_thenItIsRefused() throws Exception {
        var stranger = TestCertificate.create(directory, "stranger");
        assertThat(curl(clientFiles)).contains("CN=client");

        assertThat(serverFiles.curl(service.port("api"), "/peer")).doesNotContain("certificate\"");
        assertThat(curl(stranger)).doesNotContain("certificate\"");
        assertThat(plainly(service.port("api"), "/healthz")).doesNotContain("up");
        assertThat(plainly(service.internalPort(), "/healthz")).contains("up");
        assertThat(plainly(service.internalPort(), "/readyz")).contains("\"tls\":{\"status\":\"up\"");
    }

    @Test
    void givenAServerWithAnotherName_whenCalled_thenTheClientRefusesIt() {
        assertThatThrownBy(() -> ask("localhost")).hasStackTraceContaining("localhost");
    }

    @Test
    void givenARenewedCertificate_whenCalledByANewConnection_thenItIsShown() throws Exception {
        var old = serverFiles.another("old", "DNS:old");
        var renewed = serverFiles.another("renewed", "DNS:renewed");
        var renewing = new AtomicReference<HttpClient>();
        var other = new Lifecycle(VERTX, "test-client");
        Await.await(other.start(on -> renewing.set(
                InnerTls.client(tls(old), VERTX, on, new HttpClientOptions().setKeepAlive(false), new PoolOptions()))));
        assertThat(ask(renewing.get(), "127.0.0.1")).contains("CN=old");

        renewed.replace(old);

        Await.until(
                "renewed",
                Duration.ofSeconds(20),
                () -> ask(renewing.get(), "127.0.0.1").contains("CN=renewed"));
        Await.await(other.stop());
    }

    @ParameterizedTest
    @CsvSource({
        "FAAS_INNER_TLS_CERT_FILE, /cert, FAAS_INNER_TLS_CERT_FILE belongs together with",
        "FAAS_INNER_TLS_KEY_FILE, /key, FAAS_INNER_TLS_CERT_FILE belongs together with",
        "FAAS_INNER_TLS_CA_FILE, /ca, FAAS_INNER_TLS_CA_FILE cannot be read: /ca"
    })
    void givenAPartOfTheSettings_whenRead_thenTheProblemNamesThem(String setting, String value, String problem) {
        var env = Env.of(Map.of(setting, value));

        assertThat(InnerTls.from(env)).isNull();

        assertThatThrownBy(env::check).hasMessageContaining(problem);
    }

    private static InnerTls tls(TestCertificate files) {
        var env = Env.of(Map.of(
                "FAAS_INNER_TLS_CERT_FILE", files.chain().toString(),
                "FAAS_INNER_TLS_KEY_FILE", files.key().toString(),
                "FAAS_INNER_TLS_CA_FILE", files.authority().toString()));
        var tls = InnerTls.from(env);
        env.check();
        return tls;
    }

    private static String name(HttpServerRequest request) {
        try {
            return request.sslSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException none) {
            return "none";
        }
    }

    private static String ask(String host) {
        return ask(client, host);
    }

    private static String ask(HttpClient client, String host) {
        return Await.await(client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost(host)
                        .setPort(service.port("api"))
                        .setSsl(true)
                        .setURI("/peer"))
                .compose(request -> request.send().compose(response -> response.body()))
                .map(body -> body.toString()));
    }

    private static String curl(TestCertificate own) throws IOException, InterruptedException {
        return serverFiles.curl(
                service.port("api"),
                "/peer",
                "--cert",
                own.chain().toString(),
                "--key",
                own.key().toString());
    }

    private static String plainly(int port, String path) throws IOException, InterruptedException {
        return TestCertificate.run(List.of("curl", "-sS", "http://127.0.0.1:" + port + path));
    }
}
