package dev.faas.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates that sign those of a server, from a PEM file. Where one is set, only TLS is spoken, and no other CA is trusted.
 *
 * @param setting the variable that names the file
 */
public record CaFile(String setting, Path path, List<Certificate> certificates) {
    private static final String NEXT = ": name the CA's certificate in PEM, as compose/certificates makes it";

    /** Empty without the setting, and when the file is of no use, which is recorded as a problem. */
    public static Optional<CaFile> from(Env env, String setting, String doc) {
        return env.optional(setting, doc).flatMap(text -> {
            try {
                var path = Path.of(text);
                var found = List.<Certificate>copyOf(CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(path))));
                if (!found.isEmpty()) {
                    return Optional.of(new CaFile(setting, path, found));
                }
                env.addProblem(setting, "names a file without a certificate: " + text + NEXT);
            } catch (CertificateException notPem) {
                env.addProblem(setting, "names a file that is no certificate: " + text + NEXT);
            } catch (IOException | InvalidPathException e) {
                env.addProblem(
                        setting, "cannot be read: " + text + " (" + e.getClass().getSimpleName() + ")" + NEXT);
            }
            return Optional.empty();
        });
    }

    public SSLContext sslContext() {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (var certificate : certificates) {
                store.setCertificateEntry("ca-" + store.size(), certificate);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot trust the certificates of " + path, e);
        }
    }

    /** @param urlSetting the variable with the server's name */
    public String refused(String server, String urlSetting, String reason) {
        return "the certificate of %s was refused: %s. It must be signed by the CA in %s (%s), and have the host name in %s."
                .formatted(server, reason, setting, path, urlSetting);
    }

    public String plainServer(String server) {
        return "%s speaks no TLS, but %s is set: turn on TLS there, or unset it.".formatted(server, setting);
    }
}
