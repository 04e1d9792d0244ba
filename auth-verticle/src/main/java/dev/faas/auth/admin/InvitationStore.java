package dev.faas.auth.admin;

import static dev.faas.pg.Pg.utc;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes the table {@code invitation}. An invitation is void when its maker is no admin any more. */
public final class InvitationStore {
    private static final String USABLE = """
            from invitation i where expires_at > clock_timestamp()
            and exists (select from account a
                        where a.id = i.created_by and a.state = 'active' and 'admin' = any (a.roles))
            """;

    private static final String VALID = USABLE + "and code_hash = $1 and coalesce(username, $2) = $2";
    private static final String COLUMNS = " id, username, admin, created_by, created_at, expires_at ";

    record Invitation(
            String id,
            @Nullable String username,
            boolean admin,
            String createdBy,
            Instant createdAt,
            Instant expiresAt) {}

    private final Pg pg;
    private final AuditStore audit;

    public InvitationStore(Pg pg, AuditStore audit) {
        this.pg = pg;
        this.audit = audit;
    }

    Future<Void> add(Invitation invitation, String code, Origin origin) {
        return pg.inTransaction(tx -> UserStore.requireAdmin(tx, origin)
                .compose(admin -> tx.preparedQuery("""
                                insert into invitation
                                (id, code_hash, username, admin, created_by, created_at, expires_at)
                                values ($1, $2, $3, $4, $5, $6, $7)""").execute(Tuple.from(new @Nullable Object[] {
                    invitation.id(),
                    OneTimeCode.fingerprint(code),
                    invitation.username(),
                    invitation.admin(),
                    invitation.createdBy(),
                    utc(invitation.createdAt()),
                    utc(invitation.expiresAt())
                })))
                .compose(inserted -> audit.write(
                        tx,
                        AuditEntry.done(
                                origin,
                                "invitation.create",
                                invitation.id(),
                                new JsonObject()
                                        .put("username", invitation.username())
                                        .put("admin", invitation.admin())))));
    }

    /** Those that can still be used, ordered by id. */
    Future<List<Invitation>> findAfter(String id, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("select" + COLUMNS + USABLE + "and id > $1 order by id limit $2")
                .execute(Tuple.of(id, limit))
                .map(rows -> rows.stream().map(InvitationStore::toInvitation).toList()));
    }

    /** No error when there is none with this id. */
    Future<Void> delete(String id, Origin origin) {
        return pg.inTransaction(tx -> UserStore.requireAdmin(tx, origin)
                .compose(admin ->
                        tx.preparedQuery("delete from invitation where id = $1").execute(Tuple.of(id)))
                .compose(deleted -> deleted.rowCount() == 0
                        ? Future.succeededFuture()
                        : audit.write(tx, AuditEntry.done(origin, "invitation.delete", id))));
    }

    Future<Boolean> isValid(String code, String username) {
        return pg.withPool(pool -> pool.preparedQuery("select 1 " + VALID)
                .execute(Tuple.of(OneTimeCode.fingerprint(code), username))
                .map(rows -> rows.size() == 1));
    }

    /** Of several uses at once one succeeds. Fails with 403 {@code invitation_invalid}. */
    Future<Invitation> use(SqlConnection tx, String code, String username) {
        return tx.preparedQuery("delete " + VALID + " returning" + COLUMNS)
                .execute(Tuple.of(OneTimeCode.fingerprint(code), username))
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw AdminProblems.invitationInvalid().asException();
                    }
                    return toInvitation(rows.iterator().next());
                });
    }

    public Future<Void> prune() {
        return pg.withPool(pool -> pool.query("delete from invitation where expires_at <= clock_timestamp()")
                .execute()
                .mapEmpty());
    }

    private static Invitation toInvitation(Row row) {
        return new Invitation(
                row.getString("id"),
                row.getString("username"),
                row.getBoolean("admin"),
                row.getString("created_by"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("expires_at").toInstant());
    }
}
