package dev.faas.registry.destination;

import dev.faas.destination.DestinationSpec;
import dev.faas.outgoing.OutgoingUrl;
import dev.faas.registry.function.FunctionTarget;
import dev.faas.webhook.WebhookSecret;
import dev.faas.wire.FunctionRef;
import java.util.Map;
import java.util.Optional;

/**
 * A destination as its user wrote it.
 *
 * @param spec without its function
 * @param call empty: it calls no function
 * @param headers empty: the stored ones
 * @param secret empty: the stored one, or a new one
 * @param enabled empty: as it is stored, or true
 */
record Definition(
        DestinationSpec spec,
        Optional<Call> call,
        Optional<Map<String, String>> headers,
        Optional<WebhookSecret> secret,
        Optional<Boolean> enabled) {

    /** As {@link DestinationSpec.FunctionTarget}. */
    record Call(FunctionRef function, boolean passesResult, boolean allowLoop) {
        DestinationSpec.FunctionTarget to(FunctionTarget found) {
            return new DestinationSpec.FunctionTarget(
                    found.id(), found.name(), found.revision(), passesResult, allowLoop);
        }
    }

    Definition with(DestinationSpec other) {
        return new Definition(other, call, headers, secret, enabled);
    }

    boolean isWebhook() {
        return call.isEmpty() && spec.subject() == null;
    }

    boolean hasOriginOf(Destination stored) {
        return OutgoingUrl.parse(spec.url())
                .hasOriginOf(OutgoingUrl.parse(stored.spec().url()));
    }
}
