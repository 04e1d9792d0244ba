package dev.faas.auth;

import static dev.faas.pg.Pg.utc;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.auth.AccountStore.Credentials;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Reads and writes the tables {@code login} and {@code refresh_token}. A login is a family of refresh tokens: each is used once
 * and replaced by a successor. A token that is used again was stolen, so its login is revoked (RFC 9700, 4.14.2).
 */
final class LoginStore {
    record StoredToken(Buffer fingerprint, Instant expiresAt) {
        /** Expires with its login at the latest. */
        StoredToken until(Instant loginEndsAt) {
            return new StoredToken(fingerprint, loginEndsAt.isBefore(expiresAt) ? loginEndsAt : expiresAt);
        }
    }

    /** @param until when the last access token of this login has expired */
    record Revocation(String sid, Instant until) {}

    /** Result of presenting a refresh token. */
    sealed interface Rotation {
        /** The successor is stored. */
        record Rotated(Account account, String sid, Instant endsAt) implements Rotation {}

        /** The token had been used before; its login is revoked now. */
        record Reused(Revocation revocation) implements Rotation {}

        /** The token is unknown or expired, or its login has ended or is over. */
        record Refused() implements Rotation {}
    }

    /**
     * @param issuedAt of its first access token; may be up to a second ahead, when all logins of the user were just ended
     * @param endsAt when the login is over, whatever is refreshed
     */
    record Opened(Account account, Instant issuedAt, Instant endsAt) {}

    private final Pg pg;
    private final AuditStore audit;
    private final Duration lifetime;

    /** @param lifetime of a login, whatever is refreshed */
    LoginStore(Pg pg, AuditStore audit, Duration lifetime) {
        this.pg = pg;
        this.audit = audit;
        this.lifetime = lifetime;
    }

    /**
     * Empty when the account was disabled or got another password since the credentials were read. The account's lock puts
     * this in order with a change that ends all logins: the token has the roles of afterwards, or it is void.
     */
    Future<Optional<Opened>> open(
            String sid, Credentials verified, StoredToken token, InstantSource clock, Origin origin) {
        var userId = verified.account().userId();
        return pg.inTransaction(tx -> tx.preparedQuery("""
                        update account set last_login_at = $3 where id = $1 and password_hash = $2 and state = 'active'
                        returning id, username, roles, created_at, tokens_from""")
                .execute(Tuple.of(userId, verified.passwordHash(), utc(clock.instant())))
                .map(AccountStore::firstRow)
                .compose(found -> {
                    if (found.isEmpty()) {
                        return Future.succeededFuture(Optional.empty());
                    }
                    var row = found.get();
                    var now = clock.instant();
                    var from = row.getOffsetDateTime("tokens_from");
                    var opened = new Opened(
                            AccountStore.toAccount(row),
                            from == null || now.isAfter(from.toInstant()) ? now : from.toInstant(),
                            now.plus(lifetime));
                    return insert(tx, sid, userId, now, opened.endsAt(), origin)
                            .compose(inserted -> insert(tx, sid, token.until(opened.endsAt())))
                            .compose(inserted ->
                                    audit.write(tx, AuditEntry.done(origin.as(userId, sid), "session.create", sid)))
                            .map(Optional.of(opened));
                }));
    }

    private static Future<Void> insert(
            SqlConnection tx, String sid, String userId, Instant now, Instant endsAt, Origin origin) {
        return tx.preparedQuery("""
                        insert into login (sid, user_id, created_at, last_used_at, ends_at, address, client, via)
                        values ($1, $2, $3, $3, $4, $5, $6, 'password')""")
                .execute(Tuple.of(sid, userId, utc(now), utc(endsAt), origin.addressText(), origin.client()))
                .mapEmpty();
    }

    /** Locks the login: of several requests with the same token, exactly one gets a successor. */
    Future<Rotation> rotate(Buffer presented, StoredToken successor, Instant now, Instant revokedUntil, Origin origin) {
        return pg.inTransaction(tx -> findToken(tx, presented).compose(found -> {
            if (found.isEmpty()) {
                return Future.succeededFuture(new Rotation.Refused());
            }
            var row = found.get();
            var sid = row.getString("sid");
            if (row.getOffsetDateTime("revoked_at") != null) {
                return Future.succeededFuture(new Rotation.Refused());
            }
            if (row.getOffsetDateTime("rotated_at") != null) {
                return revoke(tx, row, now, revokedUntil, "session.reuse", origin)
                        .map(Rotation.Reused::new);
            }
            var endsAt = endOf(row);
            if (!row.getOffsetDateTime("expires_at").toInstant().isAfter(now) || !endsAt.isAfter(now)) {
                return Future.succeededFuture(new Rotation.Refused());
            }
            return tx.preparedQuery("update refresh_token set rotated_at = $2 where hash = $1")
                    .execute(Tuple.of(presented, utc(now)))
                    .compose(rotated -> insert(tx, sid, successor.until(endsAt)))
                    .compose(inserted -> tx.preparedQuery("update login set last_used_at = $2 where sid = $1")
                            .execute(Tuple.of(sid, utc(now))))
                    .map(new Rotation.Rotated(AccountStore.toAccount(row), sid, endsAt));
        }));
    }

    /** Ends the login of this token, used or not; empty if there is no such login or it has ended before. */
    Future<Optional<Revocation>> revoke(Buffer presented, Instant now, Instant until, Origin origin) {
        return pg.inTransaction(tx -> findToken(tx, presented).compose(found -> {
            if (found.isEmpty() || found.get().getOffsetDateTime("revoked_at") != null) {
                return Future.succeededFuture(Optional.empty());
            }
            return revoke(tx, found.get(), now, until, "session.end", origin).map(Optional::of);
        }));
    }

    /** The outbox: revocations in force that may be missing from the bucket. */
    Future<List<Revocation>> findUnannounced(Instant now) {
        return findRevocations("and not announced order by revoked_until limit 1000", now);
    }

    /** All revocations in force. */
    Future<List<Revocation>> findInForce(Instant now) {
        return findRevocations("", now);
    }

    Future<Void> markAnnounced(String sid) {
        return pg.update("update login set announced = true where sid = $1", Tuple.of(sid))
                .mapEmpty();
    }

    /** Deletes expired tokens, and logins without a token or with an expired revocation. */
    Future<Void> prune(Instant now) {
        return pg.inTransaction(tx -> tx.preparedQuery("delete from login where revoked_until <= $1")
                .execute(Tuple.of(utc(now)))
                .compose(revoked -> tx.preparedQuery("delete from refresh_token where expires_at <= $1")
                        .execute(Tuple.of(utc(now))))
                .compose(expired -> tx.query("""
                                delete from login l where revoked_at is null
                                and not exists (select from refresh_token t where t.sid = l.sid)""").execute())
                .mapEmpty());
    }

    private Future<List<Revocation>> findRevocations(String which, Instant now) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select sid, revoked_until from login where revoked_at is not null and revoked_until > $1 "
                                + which)
                .execute(Tuple.of(utc(now)))
                .map(rows -> rows.stream()
                        .map(row -> new Revocation(
                                row.getString("sid"),
                                row.getOffsetDateTime("revoked_until").toInstant()))
                        .toList()));
    }

    /** A replica of an earlier version logs in disabled users, too. */
    private static Future<Optional<Row>> findToken(SqlConnection tx, Buffer fingerprint) {
        return tx.preparedQuery("""
                        select t.sid, t.rotated_at, t.expires_at, l.revoked_at, l.ends_at, l.created_at as opened_at,
                          a.id, a.username, a.roles, a.created_at
                        from refresh_token t join login l on l.sid = t.sid join account a on a.id = l.user_id
                        where t.hash = $1 and a.state = 'active' for update of l, t""").execute(Tuple.of(fingerprint)).map(AccountStore::firstRow);
    }

    /** A replica of an earlier version stores no end. */
    private Instant endOf(Row row) {
        var stored = row.getOffsetDateTime("ends_at");
        return stored == null ? row.getOffsetDateTime("opened_at").toInstant().plus(lifetime) : stored.toInstant();
    }

    private static Future<Void> insert(SqlConnection tx, String sid, StoredToken token) {
        return tx.preparedQuery("insert into refresh_token (hash, sid, expires_at) values ($1, $2, $3)")
                .execute(Tuple.of(token.fingerprint(), sid, utc(token.expiresAt())))
                .mapEmpty();
    }

    /** @param row of {@link #findToken} */
    private Future<Revocation> revoke(
            SqlConnection tx, Row row, Instant now, Instant until, String action, Origin origin) {
        var sid = row.getString("sid");
        return tx.preparedQuery("update login set revoked_at = $2, revoked_until = $3 where sid = $1")
                .execute(Tuple.of(sid, utc(now), utc(until)))
                .compose(revoked -> audit.write(tx, AuditEntry.done(origin.as(row.getString("id"), sid), action, sid)))
                .map(new Revocation(sid, until));
    }
}
