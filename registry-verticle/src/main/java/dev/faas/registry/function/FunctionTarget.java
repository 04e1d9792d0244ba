package dev.faas.registry.function;

import org.jspecify.annotations.Nullable;

/**
 * The function that something calls for its owner.
 *
 * @param revision pinned; null: the current one
 */
public record FunctionTarget(
        String id, String name, @Nullable Integer revision) {
    public String text() {
        return text(name, revision);
    }

    public String byId() {
        return text(id, revision);
    }

    static String text(String function, @Nullable Integer revision) {
        return revision == null ? function : function + "@" + revision;
    }
}
