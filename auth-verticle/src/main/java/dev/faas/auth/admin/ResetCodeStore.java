package dev.faas.auth.admin;

import static dev.faas.pg.Pg.utc;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Reads and writes the codes with which a user sets a password. A code is void when its maker is no admin any more. */
public final class ResetCodeStore {
    private static final Duration LIFETIME = Duration.ofHours(24);

    public record Created(User user, String code, Instant expiresAt) {}

    private final Pg pg;
    private final AuditStore audit;
    private final InstantSource clock;
    private final TokenCutoffStore cutoffs;

    public ResetCodeStore(Pg pg, AuditStore audit, InstantSource clock, TokenCutoffStore cutoffs) {
        this.pg = pg;
        this.audit = audit;
        this.clock = clock;
        this.cutoffs = cutoffs;
    }

    /** Fails with 403 {@code code_invalid}, as {@link #resetPassword} would. */
    public Future<Void> checkCode(String code) {
        return pg.withPool(pool -> findUser(pool, code)).mapEmpty();
    }

    /**
     * Ends all logins and API keys: who lost the password may have lost them to someone else. Of several uses of the code at once
     * one succeeds. Fails with 403 {@code code_invalid}.
     */
    public Future<TokenCutoff> resetPassword(String code, String passwordHash, Origin origin) {
        // The account is locked before its code, as in createCode.
        return pg.inTransaction(tx -> findUser(tx, code)
                .compose(userId -> tx.preparedQuery(
                                "update account set password_hash = $2 where id = $1 and state = 'active'")
                        .execute(Tuple.of(userId, passwordHash))
                        .compose(updated -> tx.preparedQuery("delete from reset_code where code_hash = $1")
                                .execute(Tuple.of(OneTimeCode.fingerprint(code))))
                        .compose(used -> used.rowCount() == 1
                                ? cutoffs.deleteKeys(tx, userId).compose(deleted -> cutoffs.endLogins(tx, userId))
                                : Future.failedFuture(
                                        AdminProblems.codeInvalid().asException()))
                        .compose(cutoff -> audit.write(
                                        tx, AuditEntry.done(origin.as(userId, origin.via()), "password.reset", userId))
                                .map(cutoff))));
    }

    Future<Created> add(SqlConnection tx, User user, Origin origin) {
        var code = OneTimeCode.create();
        var expiresAt = clock.instant().truncatedTo(ChronoUnit.MILLIS).plus(LIFETIME);
        return tx.preparedQuery("""
                        insert into reset_code (user_id, code_hash, expires_at, created_by) values ($1, $2, $3, $4)
                        on conflict (user_id) do update set code_hash = $2, expires_at = $3, created_by = $4""")
                .execute(Tuple.of(
                        user.userId(),
                        OneTimeCode.fingerprint(code),
                        utc(expiresAt),
                        origin.isOperator() ? null : origin.actor()))
                .map(new Created(user, code, expiresAt));
    }

    Future<Void> delete(SqlConnection tx, String userId) {
        return tx.preparedQuery("delete from reset_code where user_id = $1")
                .execute(Tuple.of(userId))
                .mapEmpty();
    }

    public Future<Void> prune() {
        return pg.withPool(pool -> pool.query("delete from reset_code where expires_at <= clock_timestamp()")
                .execute()
                .mapEmpty());
    }

    private Future<String> findUser(SqlClient client, String code) {
        return client.preparedQuery("""
                        select user_id from reset_code r join account a on a.id = r.user_id
                        where code_hash = $1 and expires_at > $2 and a.state = 'active'
                        and (created_by is null or exists (select from account m
                          where m.id = created_by and m.state = 'active' and 'admin' = any (m.roles)))""")
                .execute(Tuple.of(OneTimeCode.fingerprint(code), utc(clock.instant())))
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw AdminProblems.codeInvalid().asException();
                    }
                    return rows.iterator().next().getString("user_id");
                });
    }
}
