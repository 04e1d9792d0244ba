package dev.faas.activation;

import java.util.Objects;

/** Names what submitted an activation instead of a user.
 *
 * @param type such as {@link #SCHEDULE}
 * @param key of this one activation among those of the trigger: of a schedule, its nominal time
 */
public record Trigger(String type, String id, String key) {
    public static final String SCHEDULE = "schedule";

    public Trigger {
        Objects.requireNonNull(type);
        Objects.requireNonNull(id);
        Objects.requireNonNull(key);
    }
}
