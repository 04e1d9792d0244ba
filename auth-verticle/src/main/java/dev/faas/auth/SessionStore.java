package dev.faas.auth;

import static dev.faas.pg.Pg.utc;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.auth.AccountStore.Credentials;
import dev.faas.auth.LoginStore.Revocation;
import dev.faas.http.paging.Page;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists and ends the logins of a user (table {@code login}). Each ending is in the outbox of {@link Revocations}. */
final class SessionStore {
    /** A login that has not ended. */
    record Session(
            String sid,
            Instant createdAt,
            Instant lastUsedAt,
            Instant endsAt,
            @Nullable String address,
            @Nullable String client,
            @Nullable String via) {}

    private final Pg pg;
    private final AuditStore audit;
    private final Duration lifetime;

    /** @param lifetime of a login */
    SessionStore(Pg pg, AuditStore audit, Duration lifetime) {
        this.pg = pg;
        this.audit = audit;
        this.lifetime = lifetime;
    }

    /** The newest first. */
    Future<List<Session>> find(String userId, Page page, Instant now) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select sid, created_at, last_used_at, ends_at, address, client, via from login l
                        where user_id = $1 and revoked_at is null and (ends_at is null or ends_at > $2)
                        and exists (select from refresh_token t where t.sid = l.sid and t.expires_at > $2)
                        and ($3::text is null
                          or (created_at, sid) < (select o.created_at, o.sid from login o where o.sid = $3))
                        order by created_at desc, sid desc limit $4""")
                .execute(Tuple.of(userId, utc(now), page.after(), page.fetchLimit()))
                .map(rows -> rows.stream().map(this::toSession).toList()));
    }

    /** Ends one login; empty when the user has no such login. */
    Future<List<Revocation>> end(String sid, Instant now, Instant until, Origin origin) {
        return pg.inTransaction(tx -> end(
                        tx, "user_id = $3 and sid = $4", Tuple.of(utc(now), utc(until), origin.actor(), sid))
                .compose(ended -> ended.isEmpty()
                        ? Future.succeededFuture(ended)
                        : audit.write(tx, AuditEntry.done(origin, "session.end", sid))
                                .map(ended)));
    }

    /** Ends all logins but the one that asks. */
    Future<List<Revocation>> endOthers(Instant now, Instant until, Origin origin) {
        return pg.inTransaction(tx -> endOthers(tx, now, until, origin)
                .compose(ended -> ended.isEmpty()
                        ? Future.succeededFuture(ended)
                        : audit.write(tx, AuditEntry.done(origin, "sessions.end", origin.actor()))
                                .map(ended)));
    }

    /**
     * Stores the password and ends all logins but the one that asks. Empty when the account was disabled or got another password
     * since the credentials were read.
     */
    Future<Optional<List<Revocation>>> changePassword(
            Credentials verified, String passwordHash, Instant now, Instant until, Origin origin) {
        var userId = verified.account().userId();
        return pg.inTransaction(tx -> tx.preparedQuery(
                        "update account set password_hash = $2 where id = $1 and password_hash = $3 and state = 'active'")
                .execute(Tuple.of(userId, passwordHash, verified.passwordHash()))
                .compose(changed -> changed.rowCount() == 0
                        ? Future.succeededFuture(Optional.empty())
                        : endOthers(tx, now, until, origin)
                                .compose(ended -> audit.write(tx, AuditEntry.done(origin, "password.change", userId))
                                        .map(Optional.of(ended)))));
    }

    /** Ends the logins whose time is over, so that verifiers close what is open in their name. */
    Future<List<Revocation>> endOver(Instant now, Instant until) {
        return pg.withPool(pool -> end(pool, "ends_at <= $1", Tuple.of(utc(now), utc(until))));
    }

    /** For logins that a replica of an earlier version has made: those who never log in anew get a week to see why. */
    Future<Void> setMissingEnds() {
        return pg.update(
                        "update login set ends_at = greatest(created_at + $1 * interval '1 millisecond', now() + interval '7 days')"
                                + " where ends_at is null",
                        Tuple.of((double) lifetime.toMillis()))
                .mapEmpty();
    }

    private static Future<List<Revocation>> endOthers(SqlClient client, Instant now, Instant until, Origin origin) {
        return end(client, "user_id = $3 and sid <> $4", Tuple.of(utc(now), utc(until), origin.actor(), origin.via()));
    }

    /** @param values begins with the time of the end and that of the revocation's end */
    private static Future<List<Revocation>> end(SqlClient client, String which, Tuple values) {
        return client.preparedQuery("update login set revoked_at = $1, revoked_until = $2 where revoked_at is null and "
                        + which + " returning sid, revoked_until")
                .execute(values)
                .map(rows -> rows.stream()
                        .map(row -> new Revocation(row.getString("sid"), Pg.time(row, "revoked_until")))
                        .toList());
    }

    private Session toSession(Row row) {
        var createdAt = Pg.time(row, "created_at");
        var lastUsedAt = row.getOffsetDateTime("last_used_at");
        var endsAt = row.getOffsetDateTime("ends_at");
        return new Session(
                row.getString("sid"),
                createdAt,
                lastUsedAt == null ? createdAt : lastUsedAt.toInstant(),
                endsAt == null ? createdAt.plus(lifetime) : endsAt.toInstant(),
                row.getString("address"),
                row.getString("client"),
                row.getString("via"));
    }
}
