package dev.faas.gateway.hook;

import dev.faas.acceptance.IdempotencyKey;
import dev.faas.hook.CloudEventBody;
import dev.faas.hook.HookSpec;
import dev.faas.hook.ReceivedMessage;
import dev.faas.webhook.StandardWebhooks;
import dev.faas.wire.Problem;
import dev.faas.wire.Sha256;
import java.util.List;
import java.util.Optional;

/** Finds the id that a sender gives to a delivery, and keeps when it repeats one. */
final class DeliveryId {
    private static final String GITHUB = "X-GitHub-Delivery";
    private static final List<String> USUAL = List.of(StandardWebhooks.ID, GITHUB);

    private DeliveryId() {}

    /**
     * At most 255 visible ASCII characters: another id is its hash. Empty: the request has none.
     *
     * @throws dev.faas.wire.ProblemException invalid_request when the header comes twice
     */
    static Optional<String> of(ReceivedMessage request, HookSpec spec) {
        return find(request, spec)
                .filter(id -> !id.isEmpty())
                .map(id -> IdempotencyKey.isValid(id) ? id : "sha256:" + Sha256.hex(id));
    }

    private static Optional<String> find(ReceivedMessage request, HookSpec spec) {
        var own = spec.reading().deliveryIdHeader();
        if (own != null) {
            return header(request, own);
        }
        return switch (spec.signature().scheme()) {
            case STANDARD -> header(request, StandardWebhooks.ID);
            case GITHUB -> header(request, GITHUB);
            case NONE, HMAC ->
                USUAL.stream()
                        .flatMap(name -> header(request, name).stream())
                        .findFirst()
                        .or(() -> ofEvent(request));
        };
    }

    private static Optional<String> header(ReceivedMessage request, String name) {
        var values = request.all(name);
        if (values.size() > 1) {
            throw Problem.invalid(name, "must be given once").asException();
        }
        return values.stream().findFirst();
    }

    /** Source and id together are unique (CloudEvents 1.0). */
    private static Optional<String> ofEvent(ReceivedMessage request) {
        if (request.isStructuredEvent()) {
            var event = CloudEventBody.structured(request);
            return Optional.of(
                    event.get("source").textValue() + " " + event.get("id").textValue());
        }
        var source = header(request, "ce-source");
        var id = header(request, "ce-id");
        return source.isPresent() && id.isPresent()
                ? Optional.of(CloudEventBody.decode(source.get()) + " " + CloudEventBody.decode(id.get()))
                : Optional.empty();
    }

    /** A repeat must have the same body, whatever the hook makes of it. */
    static IdempotencyKey toKey(String id, byte[] body) {
        return new IdempotencyKey(id, Optional.of(Sha256.hex(body)));
    }
}
