package dev.faas.registry.function;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.Origin;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.json.JsonObject;

/**
 * Describes a change of a function in the audit log. Arguments and variables of the function are not in it: they may be secret.
 *
 * @param action such as {@code function.create}
 */
public record FunctionAudit(Origin origin, String action) {
    AuditEntry entry(FunctionRevision function) {
        return AuditEntry.done(
                        origin,
                        action,
                        function.id(),
                        new JsonObject()
                                .put("name", function.spec().name())
                                .put("revision", function.revision())
                                .put("image", function.spec().image()))
                .inProject(function.owner());
    }
}
