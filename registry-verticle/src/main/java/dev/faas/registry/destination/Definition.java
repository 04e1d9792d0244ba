package dev.faas.registry.destination;

import dev.faas.destination.DestinationSpec;
import dev.faas.outgoing.OutgoingUrl;
import dev.faas.webhook.WebhookSecret;
import java.util.Map;
import java.util.Optional;

/**
 * A destination as its user wrote it.
 *
 * @param headers empty: the stored ones
 * @param secret empty: the stored one, or a new one
 * @param enabled empty: as it is stored, or true
 */
record Definition(
        DestinationSpec spec,
        Optional<Map<String, String>> headers,
        Optional<WebhookSecret> secret,
        Optional<Boolean> enabled) {
    boolean hasOriginOf(Destination stored) {
        return OutgoingUrl.parse(spec.url())
                .hasOriginOf(OutgoingUrl.parse(stored.spec().url()));
    }
}
