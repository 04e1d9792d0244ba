package dev.faas.registry.hook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.hook.HookSignature;
import dev.faas.registry.function.TriggerState;
import dev.faas.wire.ApiTime;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Renders hooks for the API. */
final class HookView {
    private HookView() {}

    /** Without what is secret. */
    static ObjectNode of(Hook hook) {
        var spec = hook.spec();
        var reading = spec.reading();
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("id", hook.id())
                .put("owner", hook.owner())
                .put("name", spec.name())
                .put("function", hook.function().text())
                .put("functionId", hook.function().id());
        body.set("signature", signature(spec.signature()));
        if (reading.deliveryIdHeader() == null) {
            body.putNull("deliveryId");
        } else {
            body.putObject("deliveryId").put("header", reading.deliveryIdHeader());
        }
        body.putObject("body")
                .put("as", text(reading.body().as()))
                .put("pointer", reading.body().pointer())
                .put("default", reading.body().fallback());
        reading.headers().forEach(body.putArray("headers")::add);
        var match = body.putObject("match");
        reading.match().forEach((header, value) -> match.put(HookBody.matched(header), value));
        body.put("maxBodyKb", spec.limits().maxBodyKb())
                .put("ratePerSecond", spec.limits().ratePerSecond());
        spec.tags().forEach(body.putObject("tags")::put);
        var secrets = hook.access().secrets();
        var old = hook.access().old();
        return body.put("paused", hook.state() == TriggerState.PAUSED)
                .put("state", hook.state().text())
                .put("secretCount", secrets == null ? 0 : secrets.count())
                .put("oldUrlUntil", old == null ? null : time(old.until()))
                .put("createdAt", time(hook.times().createdAt()))
                .put("updatedAt", time(hook.times().updatedAt()));
    }

    private static ObjectNode signature(HookSignature signature) {
        var body = JsonNodeFactory.instance.objectNode().put("scheme", text(signature.scheme()));
        var form = signature.form();
        return form == null
                ? body.putNull("header")
                        .putNull("algorithm")
                        .putNull("encoding")
                        .putNull("prefix")
                        .putNull("signed")
                        .putNull("timestampHeader")
                : body.put("header", form.header())
                        .put("algorithm", text(form.algorithm()))
                        .put("encoding", text(form.encoding()))
                        .put("prefix", form.prefix())
                        .put("signed", form.signed())
                        .put("timestampHeader", form.timestampHeader());
    }

    /** @param secret of a new address */
    static ObjectNode of(Hook hook, @Nullable String secret) {
        return secret == null ? of(hook) : of(hook).put("url", "/hooks/" + hook.id() + "/" + secret);
    }

    private static String text(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : ApiTime.format(time);
    }
}
