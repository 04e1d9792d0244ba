package dev.faas.registry.source;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.registry.function.TriggerState;
import dev.faas.wire.ApiTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Renders sources for the API. */
final class SourceView {
    private SourceView() {}

    /** @param lag messages that wait; null: not known */
    static ObjectNode of(Source source, @Nullable Long lag) {
        var spec = source.spec();
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("id", source.id())
                .put("owner", source.owner())
                .put("name", spec.name())
                .put("function", source.function().text())
                .put("functionId", source.function().id())
                .put("subject", spec.subject());
        body.putObject("body")
                .put("as", spec.body().as().name().toLowerCase(Locale.ROOT))
                .put("pointer", spec.body().pointer())
                .put("default", spec.body().fallback());
        boolean isActive = source.state() == TriggerState.ACTIVE;
        return body.put("maxInFlight", spec.maxInFlight())
                .put("paused", source.state() == TriggerState.PAUSED)
                .put(
                        "state",
                        isActive ? source.progress().state() : source.state().text())
                .put("lag", lag)
                .put("lastError", source.progress().lastError())
                .put("createdAt", ApiTime.format(source.times().createdAt()))
                .put("updatedAt", ApiTime.format(source.times().updatedAt()));
    }
}
