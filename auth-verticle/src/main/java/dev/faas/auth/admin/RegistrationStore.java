package dev.faas.auth.admin;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.pg.Pg;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Adds the accounts of who registers, if the platform's registration or an invitation allows it. */
public final class RegistrationStore {
    /** @param invitation that was used up; null without one */
    private record Admitted(boolean admin, @Nullable String invitation) {}

    private final Pg pg;
    private final SettingStore settings;
    private final InvitationStore invitations;
    private final AuditStore audit;

    public RegistrationStore(Pg pg, SettingStore settings, InvitationStore invitations, AuditStore audit) {
        this.pg = pg;
        this.settings = settings;
        this.invitations = invitations;
        this.audit = audit;
    }

    /** Fails as {@link #register} would now. */
    public Future<Void> check(String username, Optional<String> invitation) {
        return pg.withPool(settings::findAdmission).compose(admission -> {
            if (invitation.isEmpty() || admission.registration() == Registration.CLOSED) {
                return requireOpen(admission);
            }
            return invitations
                    .isValid(invitation.get(), username)
                    .compose(valid -> valid
                            ? Future.succeededFuture()
                            : Future.failedFuture(
                                    AdminProblems.invitationInvalid().asException()));
        });
    }

    /** Fails with 403 {@code registration_closed} or {@code invitation_invalid}, or with 409 {@code username_taken}. */
    public Future<User> register(
            String username, String passwordHash, Optional<String> invitation, Instant now, Origin origin) {
        return pg.inTransaction(tx -> admit(tx, username, invitation).compose(admitted -> {
            var user = User.created(Ids.user(now), username, admitted.admin(), now);
            return UserStore.insert(tx, user, passwordHash)
                    .compose(inserted -> audit.write(
                            tx,
                            AuditEntry.done(
                                    origin,
                                    "account.create",
                                    user.userId(),
                                    new JsonObject()
                                            .put("username", username)
                                            .put("roles", new JsonArray(user.roles()))
                                            .put("invitation", admitted.invitation()))))
                    .map(user);
        }));
    }

    private Future<Admitted> admit(SqlConnection tx, String username, Optional<String> invitation) {
        return settings.findAdmission(tx)
                // Of several first ones at once the lock chooses; the others ask again.
                .compose(seen -> seen.firstAdminWanted()
                        ? SettingStore.lock(tx).compose(locked -> settings.findAdmission(tx))
                        : Future.succeededFuture(seen))
                .compose(admission -> {
                    if (invitation.isPresent() && admission.registration() != Registration.CLOSED) {
                        return invitations
                                .use(tx, invitation.get(), username)
                                .map(used -> new Admitted(used.admin() || admission.firstAdminWanted(), used.id()));
                    }
                    return requireOpen(admission).map(open -> new Admitted(admission.firstAdminWanted(), null));
                });
    }

    private static Future<Void> requireOpen(SettingStore.Admission admission) {
        return switch (admission.registration()) {
            case OPEN, FIRST -> Future.succeededFuture();
            case INVITATION, CLOSED ->
                Future.failedFuture(AdminProblems.registrationClosed(admission.registration())
                        .asException());
        };
    }
}
