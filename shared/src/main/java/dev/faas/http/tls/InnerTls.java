package dev.faas.http.tls;

import dev.faas.config.CaFile;
import dev.faas.config.Env;
import dev.faas.http.Health;
import dev.faas.http.ServerCertificate;
import dev.faas.lifecycle.Lifecycle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** TLS between the gateway and the services behind it. Each shows the other a certificate of the same CA: without one
 * nobody can call a service, whatever the token.
 *
 * @param certificate of this service, then those that signed it
 */
public record InnerTls(Path certificate, Path key, CaFile ca) {
    private static final String SETTINGS = "FAAS_INNER_TLS";
    private static final Duration RENEWAL_PAUSE = Duration.ofSeconds(2);

    /** Null without these settings. */
    public static @Nullable InnerTls from(Env env) {
        var certificate = env.optional(
                SETTINGS + "_CERT_FILE",
                "certificate of this service in PEM, for TLS between gateway, auth and registry; default: no TLS");
        var key = env.optional(SETTINGS + "_KEY_FILE", "key of that certificate in PEM, without a passphrase");
        var doc = "CA in PEM that has signed the certificates of all three";
        var given = env.optional(SETTINGS + "_CA_FILE", doc);
        var ca = CaFile.from(env, SETTINGS + "_CA_FILE", doc);
        var set = Stream.of(certificate, key, given).filter(Optional::isPresent).count();
        if (set == 1 || set == 2) {
            env.addProblem(
                    SETTINGS + "_CERT_FILE",
                    "belongs together with FAAS_INNER_TLS_KEY_FILE and FAAS_INNER_TLS_CA_FILE: set all three, or none");
        }
        return certificate.isPresent() && key.isPresent() && ca.isPresent()
                ? new InnerTls(Path.of(certificate.get()), Path.of(key.get()), ca.get())
                : null;
    }

    /** For the listeners of a service; null without TLS. */
    public static @Nullable ServerCertificate server(
            @Nullable InnerTls tls, Vertx vertx, Lifecycle.Steps on, Health health) throws Exception {
        if (tls == null) {
            return null;
        }
        var opened = tls.open(vertx, on);
        health.addOptional(
                "tls",
                () -> opened.problem().<Future<?>>map(Future::failedFuture).orElseGet(Future::succeededFuture));
        return opened;
    }

    /** For the gateway. */
    public static HttpClient client(
            @Nullable InnerTls tls, Vertx vertx, Lifecycle.Steps on, HttpClientOptions options, PoolOptions pool)
            throws Exception {
        if (tls == null) {
            return vertx.createHttpClient(options, pool);
        }
        var certificate = tls.open(vertx, on);
        var client = vertx.createHttpClient(
                options.setKeyCertOptions(certificate.keyCertOptions())
                        .setTrustOptions(tls.trust())
                        .setVerifyHost(true),
                pool);
        certificate.onRenewal(renewed -> client.updateSSLOptions(new ClientSSLOptions()
                .setKeyCertOptions(renewed.getKeyCertOptions())
                .setTrustOptions(tls.trust())
                .setHostnameVerificationAlgorithm("HTTPS")));
        return client;
    }

    private ServerCertificate open(Vertx vertx, Lifecycle.Steps on) throws Exception {
        var opened = on.open(
                "inner certificate",
                () -> ServerCertificate.open(vertx, SETTINGS, certificate, key, trust()),
                nothing -> {});
        on.repeatAfterPause("inner certificate", RENEWAL_PAUSE, opened::readAgain);
        return opened;
    }

    private PemTrustOptions trust() {
        return new PemTrustOptions().addCertPath(ca.path().toString());
    }
}
