package dev.faas.hook;

import dev.faas.config.Secret;
import dev.faas.webhook.HmacAlgorithm;
import dev.faas.webhook.HmacSignature;
import dev.faas.webhook.RequestSignature;
import dev.faas.webhook.SignatureEncoding;
import dev.faas.webhook.SignedText;
import dev.faas.webhook.StandardWebhooks;
import dev.faas.webhook.WebhookSecret;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How senders sign their requests to a hook.
 *
 * @param form of {@link Scheme#HMAC} only
 */
public record HookSignature(Scheme scheme, @Nullable Form form) {
    public enum Scheme {
        NONE,
        STANDARD,
        GITHUB,
        HMAC
    }

    /** @param timestampHeader of the time that {@code signed} names */
    public record Form(
            String header,
            HmacAlgorithm algorithm,
            SignatureEncoding encoding,
            String prefix,
            String signed,
            @Nullable String timestampHeader) {}

    public static final HookSignature NONE = new HookSignature(Scheme.NONE, null);

    public boolean hasSecrets() {
        return scheme != Scheme.NONE;
    }

    /**
     * Empty: requests have no signature.
     *
     * @param secrets any of which is valid
     * @throws IllegalArgumentException when they do not suit the scheme; the message does not repeat them
     */
    public Optional<RequestSignature> with(List<String> secrets) {
        return switch (scheme) {
            case NONE -> Optional.empty();
            case STANDARD ->
                Optional.of(new StandardWebhooks(
                        secrets.stream().map(WebhookSecret::parse).toList()));
            case GITHUB -> Optional.of(HmacSignature.gitHub(toSecrets(secrets)));
            case HMAC -> {
                var own = Objects.requireNonNull(form);
                yield Optional.of(new HmacSignature(
                        new HmacSignature.Form(own.header, own.algorithm, own.encoding, own.prefix),
                        new SignedText(own.signed),
                        Optional.ofNullable(own.timestampHeader),
                        toSecrets(secrets)));
            }
        };
    }

    private static List<Secret> toSecrets(List<String> texts) {
        return texts.stream().map(Secret::new).toList();
    }
}
