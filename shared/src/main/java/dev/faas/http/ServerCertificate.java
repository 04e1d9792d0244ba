package dev.faas.http;

import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.DependencyMissing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate and the key of listeners with TLS, from two PEM files; {@link dev.faas.http.tls.InnerTls} shows them as a
 * client, too. A renewal needs no restart and ends no connection: the files are read again, and what is wrong in them changes
 * nothing. Thread-safe.
 */
public final class ServerCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");
    private static final List<String> ABOVE_TLS = List.of("h2", "http/1.1");

    private static final String CERT_FILE = "_CERT_FILE";
    private static final String KEY_FILE = "_KEY_FILE";

    private record Pem(Buffer chain, Buffer key, X509Certificate first) {
        boolean sameAs(Pem other) {
            return chain.equals(other.chain) && key.equals(other.key);
        }

        PemKeyCertOptions options() {
            return new PemKeyCertOptions().addCertValue(chain).addKeyValue(key);
        }
    }

    private final Vertx vertx;
    private final String settings;
    private final Path certificateFile;
    private final Path keyFile;
    private final List<Function<ServerSSLOptions, Future<Boolean>>> servers = new CopyOnWriteArrayList<>();
    private final @Nullable TrustOptions clients;
    private volatile Pem current;
    private volatile @Nullable String problem;

    private ServerCertificate(
            Vertx vertx, String settings, Path certificateFile, Path keyFile, @Nullable TrustOptions clients)
            throws DependencyMissing {
        this.vertx = vertx;
        this.settings = settings;
        this.clients = clients;
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        this.current = read();
    }

    /** Of the public ports. Blocks. The exception says what is wrong in which file, and what to do. */
    public static ServerCertificate open(Vertx vertx, Path certificateFile, Path keyFile) throws DependencyMissing {
        return open(vertx, "FAAS_TLS", certificateFile, keyFile, null);
    }

    /** @param settings how the names of the two settings begin
     * @param clients what must have signed the certificates of clients; null: clients need none */
    public static ServerCertificate open(
            Vertx vertx, String settings, Path certificateFile, Path keyFile, @Nullable TrustOptions clients)
            throws DependencyMissing {
        var opened = new ServerCertificate(vertx, settings, certificateFile, keyFile, clients);
        LOG.info("TLS is on certificate={} ends={}", certificateFile, opened.end());
        return opened;
    }

    /** Reads the files, and gives listeners what has changed. New connections get it. Blocks. */
    public void readAgain() throws Exception {
        try {
            var read = read();
            if (!read.sameAs(current)) {
                var renewed = new ServerSSLOptions()
                        .setKeyCertOptions(read.options())
                        .setEnabledSecureTransportProtocols(PROTOCOLS)
                        .setUseAlpn(true)
                        .setApplicationLayerProtocols(ABOVE_TLS);
                if (clients != null) {
                    renewed.setClientAuth(ClientAuth.REQUIRED).setTrustOptions(clients);
                }
                Blocking.await(Future.all(servers.stream()
                        .map(server -> server.apply(renewed.copy()))
                        .toList()));
                current = read;
                LOG.info("certificate renewed certificate={} ends={}", certificateFile, end());
            }
            problem = null;
        } catch (DependencyMissing e) {
            var message = String.valueOf(e.getMessage());
            if (!message.equals(problem)) {
                LOG.warn("certificate not renewed, the one before stays in use until {}: {}", end(), message);
            }
            problem = message;
        }
    }

    /** Why clients have, or will have, a reason to refuse the certificate. */
    public Optional<String> problem() {
        return Instant.now().isAfter(end())
                ? Optional.of("the certificate in " + certificateFile + " has expired on " + end() + ": renew it")
                : Optional.ofNullable(problem);
    }

    HttpServerOptions addTo(HttpServerOptions options) {
        if (clients != null) {
            options.setClientAuth(ClientAuth.REQUIRED).setTrustOptions(clients);
        }
        return options.setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(current.options())
                .setEnabledSecureTransportProtocols(PROTOCOLS);
    }

    /** For a client, with what is in the files now. */
    public KeyCertOptions keyCertOptions() {
        return current.options();
    }

    /** @param server takes what has been renewed */
    public void onRenewal(Function<ServerSSLOptions, Future<Boolean>> server) {
        servers.add(server);
    }

    private Instant end() {
        return current.first().getNotAfter().toInstant();
    }

    private Pem read() throws DependencyMissing {
        var chain = read(settings + CERT_FILE, certificateFile);
        var key = read(settings + KEY_FILE, keyFile);
        var pem = new Pem(chain, key, first(chain));
        if (!fit(pem.first(), privateKey(pem))) {
            throw new DependencyMissing("the key in " + settings + KEY_FILE + " (" + keyFile
                    + ") is not the key of the first certificate in " + settings + CERT_FILE + " (" + certificateFile
                    + "): give both files of one certificate, the server's own first, then those that signed it");
        }
        return pem;
    }

    private static Buffer read(String setting, Path file) throws DependencyMissing {
        try {
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new DependencyMissing(
                    setting + " cannot be read: " + file + " (" + e.getClass().getSimpleName()
                            + "): check the path, and that this service's user may read the file",
                    e);
        }
    }

    private X509Certificate first(Buffer chain) throws DependencyMissing {
        try {
            var certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(chain.getBytes()));
            if (!certificates.isEmpty() && certificates.iterator().next() instanceof X509Certificate first) {
                return first;
            }
        } catch (CertificateException notPem) {
            // the message below covers this case
        }
        throw new DependencyMissing(settings + CERT_FILE + " (" + certificateFile
                + ") has no certificate: it must be PEM, -----BEGIN CERTIFICATE-----, the server's own first, then those"
                + " that signed it");
    }

    private PrivateKey privateKey(Pem pem) throws DependencyMissing {
        try {
            var manager =
                    (X509KeyManager) pem.options().getKeyManagerFactory(vertx).getKeyManagers()[0];
            var names = manager.getServerAliases(pem.first().getPublicKey().getAlgorithm(), null);
            // Without a name the key has another algorithm than the certificate, or none that Java has.
            if (names != null && names.length > 0) {
                return manager.getPrivateKey(names[0]);
            }
            throw new GeneralSecurityException("no key");
        } catch (Exception e) { // declared by Vert.x
            throw new DependencyMissing(
                    settings + KEY_FILE + " (" + keyFile
                            + ") has no private key that can be used: it must be PEM without a passphrase, as `openssl pkey"
                            + " -in KEY -out NEW` writes it",
                    e);
        }
    }

    private static boolean fit(X509Certificate certificate, PrivateKey key) {
        var algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            var signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            var verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificate.getPublicKey());
            return verifier.verify(signer.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
