package dev.faas.registry.destination;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.destination.DestinationSpec;
import dev.faas.wire.ApiTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Renders destinations for the API. */
final class DestinationView {
    private DestinationView() {}

    /** Without what is secret. */
    static ObjectNode of(Destination destination) {
        var spec = destination.spec();
        var selection = spec.selection();
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("id", destination.id())
                .put("owner", destination.owner())
                .put("name", spec.name())
                .put("kind", DestinationSpec.WEBHOOK)
                .put("url", spec.url());
        selection.events().forEach(body.putArray("events")::add);
        selection.functions().forEach(body.putArray("functions")::add);
        selection.tags().forEach(body.putObject("tags")::put);
        body.put("format", "standard")
                .put("sign", "v1")
                .put("timeoutSeconds", spec.timeoutSeconds())
                .put("maxInFlight", spec.maxInFlight())
                .put("enabled", destination.isEnabled());
        destination.secrets().headerNames().forEach(body.putArray("headerNames")::add);
        return body.put("disabledReason", destination.disabled())
                .put("failures", destination.health().failures())
                .put("circuitOpenUntil", text(destination.health().openUntil()))
                .put("createdAt", text(destination.times().createdAt()))
                .put("updatedAt", text(destination.times().updatedAt()));
    }

    static ObjectNode withSecret(Destination destination) {
        return of(destination).put("secret", destination.secrets().newest());
    }

    /** For a merge patch that does not send them to another receiver. */
    static ObjectNode withHeaders(Destination destination) {
        var body = of(destination);
        destination.secrets().headers().forEach(body.putObject("headers")::put);
        return body;
    }

    static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : ApiTime.format(time);
    }
}
