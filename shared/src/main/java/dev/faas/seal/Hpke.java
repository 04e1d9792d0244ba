package dev.faas.seal;

import dev.faas.wire.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;

/**
 * Seals to a public key (RFC 9180 in base mode: DHKEM with X25519 and HKDF-SHA256, AES-256-GCM). A sealed value is the
 * encapsulated key and the ciphertext.
 */
final class Hpke {
    static final int KEY_BYTES = 32;
    /** The encapsulated key, and the tag of AES-GCM. */
    static final int OVERHEAD_BYTES = KEY_BYTES + 16;

    private static final int ID_BYTES = 8;
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----\\s+([A-Za-z0-9+/=\\s]+?)\\s*-----END \\1-----");

    private Hpke() {}

    static byte[] seal(X25519PublicKeyParameters to, byte[] info, byte[] authenticated, byte[] value) {
        return seal(suite().setupBaseS(to, info), authenticated, value);
    }

    /** With an ephemeral key that is known: for test vectors. */
    static byte[] seal(
            X25519PublicKeyParameters to,
            byte[] info,
            byte[] authenticated,
            byte[] value,
            X25519PrivateKeyParameters ephemeral) {
        var pair = new AsymmetricCipherKeyPair(ephemeral.generatePublicKey(), ephemeral);
        return seal(suite().setupBaseS(to, info, pair), authenticated, value);
    }

    private static byte[] seal(HPKEContextWithEncapsulation context, byte[] authenticated, byte[] value) {
        try {
            var ciphertext = context.seal(authenticated, value);
            return ByteBuffer.allocate(KEY_BYTES + ciphertext.length)
                    .put(context.getEncapsulation())
                    .put(ciphertext)
                    .array();
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("a value could not be sealed", e);
        }
    }

    /** Empty when it was sealed to another key or with other authenticated data, or has been changed. */
    static Optional<byte[]> open(X25519PrivateKeyParameters key, byte[] info, byte[] authenticated, byte[] sealed) {
        if (sealed.length < KEY_BYTES) {
            return Optional.empty();
        }
        var pair = new AsymmetricCipherKeyPair(key.generatePublicKey(), key);
        try {
            return Optional.of(suite().setupBaseR(Arrays.copyOf(sealed, KEY_BYTES), pair, info)
                    .open(authenticated, Arrays.copyOfRange(sealed, KEY_BYTES, sealed.length)));
        } catch (InvalidCipherTextException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    private static HPKE suite() {
        return new HPKE(HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
    }

    /** The first characters of the key's digest. */
    static String id(X25519PublicKeyParameters key) {
        return HexFormat.of()
                .formatHex(Sha256.digest("faas-seal " + HexFormat.of().formatHex(key.getEncoded())), 0, ID_BYTES);
    }

    /** Reads the keys of a PEM file. @throws IOException when one is no key */
    static List<AsymmetricKeyParameter> readPem(String text, PemReader reader) throws IOException {
        var keys = new ArrayList<AsymmetricKeyParameter>();
        for (var block : PEM.matcher(text).results().toList()) {
            try {
                keys.add(reader.read(Base64.getMimeDecoder().decode(block.group(2))));
            } catch (RuntimeException e) {
                throw new IOException("not a key", e);
            }
        }
        return keys;
    }

    /** Reads the content of a PEM block. */
    @FunctionalInterface
    interface PemReader {
        AsymmetricKeyParameter read(byte[] der) throws IOException;
    }
}
