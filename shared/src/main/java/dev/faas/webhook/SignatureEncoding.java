package dev.faas.webhook;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** How a signature is written in a header. */
public enum SignatureEncoding {
    HEX {
        @Override
        String encode(byte[] signature) {
            return HexFormat.of().formatHex(signature);
        }

        @Override
        byte[] parse(String text) {
            return HexFormat.of().parseHex(text);
        }
    },
    BASE64 {
        @Override
        String encode(byte[] signature) {
            return Base64.getEncoder().encodeToString(signature);
        }

        @Override
        byte[] parse(String text) {
            return Base64.getDecoder().decode(text);
        }
    };

    abstract String encode(byte[] signature);

    /** @throws IllegalArgumentException when the text has another form */
    abstract byte[] parse(String text);

    Optional<byte[]> decode(String text) {
        try {
            return Optional.of(parse(text));
        } catch (IllegalArgumentException otherForm) {
            return Optional.empty();
        }
    }
}
