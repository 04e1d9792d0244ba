package dev.faas.http.token;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads keys from PEM files as {@code openssl genpkey -algorithm ed25519} writes them. The exceptions say what is wrong in which file. */
final class Ed25519 {
    static final String NAME = "Ed25519";

    private Ed25519() {}

    static PublicKey publicKey(Path file) throws GeneralSecurityException {
        var bytes = read(file, "PUBLIC KEY");
        try {
            return KeyFactory.getInstance(NAME).generatePublic(new X509EncodedKeySpec(bytes));
        } catch (GeneralSecurityException e) {
            throw wrong(file, "PUBLIC KEY", e);
        }
    }

    static PrivateKey privateKey(Path file) throws GeneralSecurityException {
        var bytes = read(file, "PRIVATE KEY");
        try {
            return KeyFactory.getInstance(NAME).generatePrivate(new PKCS8EncodedKeySpec(bytes));
        } catch (GeneralSecurityException e) {
            throw wrong(file, "PRIVATE KEY", e);
        }
    }

    private static byte[] read(Path file, String kind) throws GeneralSecurityException {
        try {
            var pem = Pattern.compile("-----BEGIN " + kind + "-----([A-Za-z0-9+/=\\s]+)-----END " + kind + "-----")
                    .matcher(Files.readString(file));
            if (pem.find()) {
                return Base64.getMimeDecoder().decode(pem.group(1));
            }
        } catch (IOException | InvalidPathException e) {
            throw new GeneralSecurityException(
                    "cannot be read: " + file + " (" + e.getClass().getSimpleName()
                            + "): check the path, and that this service's user may read the file",
                    e);
        }
        throw wrong(file, kind, null);
    }

    private static GeneralSecurityException wrong(Path file, String kind, @Nullable GeneralSecurityException cause) {
        return new GeneralSecurityException(
                "names no Ed25519 key in PEM (-----BEGIN " + kind + "-----): " + file + "; compose/secrets makes one",
                cause);
    }
}
