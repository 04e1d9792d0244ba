package dev.faas.audit;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * One row of the audit log, before it is written. Has no password, code or token.
 *
 * @param action such as {@code account.create}
 * @param target what was changed: the id of a user, a login, an invitation or a function, or the name of a secret
 * @param changes from what to what, or what else the action needs
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

    public AuditEntry inProject(String owner) {
        return new AuditEntry(origin, action, target, owner, outcome, changes);
    }

    /** So many refused attempts. */
    static AuditEntry refused(Origin origin, String action, @Nullable String target, long count) {
        return new AuditEntry(origin, action, target, target, "refused", new JsonObject().put("count", count));
    }
}
