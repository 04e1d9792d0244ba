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
    static final String STRUCTURED = "cloudevents-structured";
    static final String BINARY = "cloudevents-binary";
    private static final String STANDARD = "standard";

    private DestinationView() {}

    /** Without what is secret. */
    static ObjectNode of(Destination destination) {
        var spec = destination.spec();
        var selection = spec.selection();
        var function = spec.function();
        var subject = spec.subject();
        boolean isWebhook = spec.sendsRequests();
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("id", destination.id())
                .put("owner", destination.owner())
                .put("name", spec.name())
                .put("kind", spec.kind())
                .put("url", isWebhook ? spec.url() : null)
                .put("subject", subject == null ? null : subject.name())
                .put("function", function == null ? null : target(function).text())
                .put("functionId", function == null ? null : function.id())
                .put("argument", function == null ? null : function.passesResult() ? RESULT : EVENT)
                .put("allowLoop", function == null ? null : function.allowLoop());
        selection.events().forEach(body.putArray("events")::add);
        selection.functions().forEach(body.putArray("functions")::add);
        selection.tags().forEach(body.putObject("tags")::put);
        body.put("format", format(spec))
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
                        destination.spec().sendsRequests()
                                ? destination.secrets().newest()
                                : null);
    }

    private static @Nullable String format(DestinationSpec spec) {
        var subject = spec.subject();
        if (subject != null) {
            return subject.isBinary() ? BINARY : STRUCTURED;
        }
        return spec.sendsRequests() ? STANDARD : null;
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
