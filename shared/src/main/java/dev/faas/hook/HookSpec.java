package dev.faas.hook;

import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Versioned;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A hook as its user wrote it, without its function and its secrets.
 *
 * @param tags of its activations
 */
public record HookSpec(String name, HookSignature signature, Reading reading, Limits limits, Map<String, String> tags)
        implements Versioned {
    /**
     * What is read from a request.
     *
     * @param deliveryIdHeader null: the usual ones
     * @param headers that become tags and variables
     * @param match values that headers must have, by their names; other requests are ignored
     */
    public record Reading(
            @Nullable String deliveryIdHeader, BodyMapping body, List<String> headers, Map<String, String> match) {
        public Reading {
            headers = List.copyOf(headers);
            match = FunctionSpec.sorted(match);
        }
    }

    /** @param ratePerSecond of each gateway */
    public record Limits(int maxBodyKb, int ratePerSecond) {}

    public HookSpec {
        tags = FunctionSpec.sorted(tags);
    }
}
