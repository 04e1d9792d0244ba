package dev.faas.audit;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * One row of the audit log, before it is written. Has no password, code or token.
 *
 * @param action such as {@code account.create}
 * @param target what was changed: the id of a user, a session, an invitation or a function, or the name of a secret
 * @param changes {@link #change} of each changed field, or what else the action needs
 */
public record AuditEntry(
        Origin origin,
        String action,
        @Nullable String target,
        @Nullable String project,
        String outcome,
        JsonObject changes) {
    private static final String OK = "ok";

    /** Project: the target's, if it is a user, whose personal project has the same id. */
    public static AuditEntry done(Origin origin, String action, String target, JsonObject changes) {
        return new AuditEntry(origin, action, target, target.startsWith("usr_") ? target : null, OK, changes);
    }

    public static AuditEntry done(Origin origin, String action, String target) {
        return done(origin, action, target, new JsonObject());
    }

    /** From what to what; null: the default. */
    public static JsonObject change(@Nullable Object from, @Nullable Object to) {
        return new JsonObject().put("from", from).put("to", to);
    }

    public AuditEntry inProject(String owner) {
        return new AuditEntry(origin, action, target, owner, outcome, changes);
    }

    /** So many refused attempts. */
    static AuditEntry refused(Origin origin, String action, @Nullable String target, long count) {
        return new AuditEntry(origin, action, target, target, "refused", new JsonObject().put("count", count));
    }
}
