package dev.faas.registry.destination;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.destination.DestinationSpec;
import dev.faas.registry.function.FunctionTarget;
import dev.faas.wire.ApiTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Renders destinations for the API. */
final class DestinationView {
    static final String RESULT = "result";
    static final String EVENT = "event";

    private DestinationView() {}

    /** Without what is secret. */
    static ObjectNode of(Destination destination) {
        var spec = destination.spec();
        var selection = spec.selection();
        var function = spec.function();
        boolean isWebhook = function == null;
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("id", destination.id())
                .put("owner", destination.owner())
                .put("name", spec.name())
                .put("kind", spec.kind())
                .put("url", isWebhook ? spec.url() : null)
                .put("function", isWebhook ? null : target(function).text())
                .put("functionId", isWebhook ? null : function.id())
                .put("argument", isWebhook ? null : function.passesResult() ? RESULT : EVENT)
                .put("allowLoop", isWebhook ? null : function.allowLoop());
        selection.events().forEach(body.putArray("events")::add);
        selection.functions().forEach(body.putArray("functions")::add);
        selection.tags().forEach(body.putObject("tags")::put);
        body.put("format", isWebhook ? "standard" : null)
                .put("sign", isWebhook ? "v1" : null)
                .put("timeoutSeconds", isWebhook ? (Integer) spec.timeoutSeconds() : null)
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
        return of(destination)
                .put(
                        "secret",
                        destination.spec().function() == null
                                ? destination.secrets().newest()
                                : null);
    }

    /** For a merge patch: it names the function by its id, since a later function of its name is another one. */
    static ObjectNode forPatch(Destination destination) {
        var function = destination.spec().function();
        var body = of(destination);
        return function == null ? body : body.put("function", target(function).byId());
    }

    private static FunctionTarget target(DestinationSpec.FunctionTarget function) {
        return new FunctionTarget(function.id(), function.name(), function.revision());
    }

    /** For a merge patch that does not send them to another receiver. */
    static ObjectNode withHeaders(Destination destination) {
        var body = forPatch(destination);
        destination.secrets().headers().forEach(body.putObject("headers")::put);
        return body;
    }

    static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : ApiTime.format(time);
    }
}
