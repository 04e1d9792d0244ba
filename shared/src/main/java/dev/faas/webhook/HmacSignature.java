package dev.faas.webhook;

import dev.faas.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Verifies requests of senders with a form of their own: one header has the signature, another one perhaps the time.
 *
 * @param timestampHeader of the time that {@code signed} names, in seconds since 1970: present when it does
 * @param secrets a request is valid by any of them
 */
public record HmacSignature(Form form, SignedText signed, Optional<String> timestampHeader, List<Secret> secrets)
        implements RequestSignature {
    /**
     * How the header is written.
     *
     * @param prefix stands before the signature, such as {@code sha256=}; may be empty
     */
    public record Form(String header, HmacAlgorithm algorithm, SignatureEncoding encoding, String prefix) {}

    private static final Form GITHUB =
            new Form("X-Hub-Signature-256", HmacAlgorithm.SHA256, SignatureEncoding.HEX, "sha256=");

    /** @throws IllegalArgumentException with a message that names the component */
    public HmacSignature {
        secrets = List.copyOf(secrets);
        if (secrets.isEmpty()
                || secrets.stream().anyMatch(secret -> secret.value().isEmpty())) {
            throw new IllegalArgumentException("secrets must have at least one element, and none of them empty");
        }
        if (signed.hasTimestamp() != timestampHeader.isPresent()) {
            throw new IllegalArgumentException(
                    "timestampHeader must be given when signed has {timestamp}, and only then");
        }
    }

    /** As GitHub signs: no timestamp, so only its delivery id finds a replay. */
    public static HmacSignature gitHub(List<Secret> secrets) {
        return new HmacSignature(GITHUB, SignedText.BODY_ALONE, Optional.empty(), secrets);
    }

    @Override
    public boolean isValid(Headers headers, byte[] body, Instant now) {
        var timestamp = timestampHeader.flatMap(headers::single).orElse("");
        if (timestampHeader.isPresent() && !RequestSignature.isRecent(timestamp, now)) {
            return false;
        }
        var signature = headers.single(form.header())
                .filter(value -> value.startsWith(form.prefix()))
                .flatMap(value ->
                        form.encoding().decode(value.substring(form.prefix().length())));
        if (signature.isEmpty()) {
            return false;
        }
        var parts = signed.fill(timestamp, body);
        boolean found = false;
        for (var secret : secrets) {
            var key = secret.value().getBytes(StandardCharsets.UTF_8);
            found |= MessageDigest.isEqual(form.algorithm().sign(key, parts), signature.get());
        }
        return found;
    }
}
