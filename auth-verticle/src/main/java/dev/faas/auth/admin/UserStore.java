package dev.faas.auth.admin;

import static dev.faas.pg.Pg.utc;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.http.token.UserCuts;
import dev.faas.pg.Pg;
import dev.faas.wire.Ids;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes accounts, their state, roles and reset codes, for admins and for the program {@code admin}. Each change of an
 * admin finds in its transaction that the admin still is one.
 */
public final class UserStore {
    private static final Duration CODE_LIFETIME = Duration.ofHours(24);
    /** How long a deletion is published again, for a registry that was away. */
    private static final Duration DELETIONS_KEPT = Duration.ofDays(30);

    private static final String CUT_COLUMNS = "id, tokens_from, state = 'deleted' as deleted";
    private static final String COLUMNS = "id, username, roles, state, created_at, last_login_at";

    /** All access tokens of this user that were issued earlier are void. */
    public record Cut(String userId, Instant tokensFrom, boolean deleted) {
        /** From when on tokens count. */
        public Instant published() {
            return deleted ? UserCuts.NEVER : tokensFrom;
        }
    }

    /** @param cut empty when the logins go on */
    public record Changed(User user, Optional<Cut> cut) {}

    /** Absent fields stay. */
    public record Change(Optional<String> state, Optional<List<String>> roles) {
        public static Change promote() {
            return new Change(Optional.empty(), Optional.of(List.of(User.USER, Principal.ADMIN)));
        }

        private User apply(User user) {
            return new User(
                    user.userId(),
                    user.username(),
                    roles.orElse(user.roles()),
                    state.orElse(user.state()),
                    user.createdAt(),
                    user.lastLoginAt());
        }
    }

    public record ResetCode(User user, String code, Instant expiresAt) {}

    private final Pg pg;
    private final AuditStore audit;
    private final InstantSource clock;
    private final Duration revocation;

    /** @param revocation how long the revocation of a login is kept: above the lifetime of an access token */
    public UserStore(Pg pg, AuditStore audit, InstantSource clock, Duration revocation) {
        this.pg = pg;
        this.audit = audit;
        this.clock = clock;
        this.revocation = revocation;
    }

    /** Ordered by id, without deleted ones. */
    public Future<List<User>> findAfter(String userId, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select " + COLUMNS + " from account where id > $1 and state <> 'deleted' order by id limit $2")
                .execute(Tuple.of(userId, limit))
                .map(UserStore::toUsers));
    }

    /** @param ref id or name. Fails with 404 {@code user_not_found}. */
    Future<User> find(String ref) {
        return pg.withPool(pool -> find(pool, ref, ""));
    }

    public Future<Boolean> isAdmin(String userId) {
        return pg.withPool(pool -> isAdmin(pool, userId, ""));
    }

    /** For the program {@code admin}. Fails with 409 {@code username_taken}. */
    public Future<User> createAdmin(String username, String passwordHash) {
        var user = User.created(Ids.user(now()), username, true, now());
        var origin = Origin.operator();
        return pg.inTransaction(tx -> SettingStore.lock(tx) // it may be the first account
                .compose(locked -> insert(tx, user, passwordHash))
                .compose(inserted -> audit.write(tx, creation(origin, user)))
                .map(user));
    }

    /** Without a password: the code sets the first one. Fails with 409 {@code username_taken}. */
    Future<ResetCode> create(String username, Origin origin) {
        var user = User.created(Ids.user(now()), username, false, now());
        return pg.inTransaction(tx -> requireAdmin(tx, origin)
                .compose(admin -> insert(tx, user, null))
                .compose(inserted -> addCode(tx, user, origin))
                .compose(code -> audit.write(tx, creation(origin, user)).map(code)));
    }

    /** Fails with 404 {@code user_not_found} or 409 {@code last_admin}. */
    public Future<Changed> change(String ref, Change change, Origin origin) {
        return inOrder(ref, origin, (tx, user) -> {
            var changed = change.apply(user);
            if (changed.equals(user)) {
                return Future.succeededFuture(new Changed(user, Optional.empty()));
            }
            return requireOtherAdmin(tx, user, changed)
                    .compose(other -> update(tx, changed))
                    .compose(updated -> endLogins(tx, user.userId()))
                    .compose(cut -> audit.write(
                                    tx,
                                    AuditEntry.done(origin, "account.update", user.userId(), difference(user, changed)))
                            .map(new Changed(changed, Optional.of(cut))));
        });
    }

    /** The name stays taken. Fails with 404 {@code user_not_found} or 409 {@code last_admin}. */
    Future<Changed> delete(String ref, Origin origin) {
        return inOrder(ref, origin, (tx, user) -> delete(tx, user, origin));
    }

    /** As {@link #delete}, of the own account. */
    public Future<Cut> deleteOwn(Origin origin) {
        return pg.inTransaction(tx -> SettingStore.lock(tx)
                        .compose(locked -> find(tx, origin.actor(), "for update"))
                        .compose(user -> delete(tx, user, origin)))
                .map(changed -> changed.cut().orElseThrow());
    }

    private Future<Changed> delete(SqlConnection tx, User user, Origin origin) {
        var deleted = new Change(Optional.of(User.DELETED), Optional.of(List.of())).apply(user);
        return requireOtherAdmin(tx, user, deleted)
                .compose(other -> update(tx, deleted))
                .compose(updated -> tx.preparedQuery("update account set password_hash = null where id = $1")
                        .execute(Tuple.of(user.userId())))
                .compose(updated -> tx.preparedQuery("delete from reset_code where user_id = $1")
                        .execute(Tuple.of(user.userId())))
                .compose(removed -> endLogins(tx, user.userId()))
                .compose(cut -> audit.write(tx, AuditEntry.done(origin, "account.delete", user.userId()))
                        .map(new Changed(deleted, Optional.of(cut))));
    }

    Future<Cut> endLogins(String ref, Origin origin) {
        return inOrder(
                ref,
                origin,
                (tx, user) -> endLogins(tx, user.userId())
                        .compose(cut -> audit.write(tx, AuditEntry.done(origin, "sessions.end", user.userId()))
                                .map(cut)));
    }

    /** A code made before is void. Fails with 404 {@code user_not_found} or 409 {@code user_disabled}. */
    public Future<ResetCode> createCode(String ref, Origin origin) {
        return inOrder(ref, origin, (tx, user) -> {
            if (!user.state().equals(User.ACTIVE)) {
                throw AdminProblems.userDisabled(user.username()).asException();
            }
            return addCode(tx, user, origin)
                    .compose(code -> audit.write(tx, AuditEntry.done(origin, "account.reset", user.userId()))
                            .map(code));
        });
    }

    /** Fails with 403 {@code code_invalid}, as {@link #resetPassword} would. */
    public Future<Void> checkCode(String code) {
        return pg.withPool(pool -> findOwner(pool, code)).mapEmpty();
    }

    /**
     * Ends all logins and API keys: who lost the password may have lost them to someone else. Of several uses of the code at once
     * one succeeds. Fails with 403 {@code code_invalid}.
     */
    public Future<Cut> resetPassword(String code, String passwordHash, Origin origin) {
        // The account is locked before its code, as in createCode.
        return pg.inTransaction(tx -> findOwner(tx, code)
                .compose(userId -> tx.preparedQuery(
                                "update account set password_hash = $2 where id = $1 and state = 'active'")
                        .execute(Tuple.of(userId, passwordHash))
                        .compose(updated -> tx.preparedQuery("delete from reset_code where code_hash = $1")
                                .execute(Tuple.of(OneTimeCode.fingerprint(code))))
                        .compose(used -> used.rowCount() == 1
                                ? deleteKeys(tx, userId).compose(deleted -> endLogins(tx, userId))
                                : Future.failedFuture(
                                        AdminProblems.codeInvalid().asException()))
                        .compose(cut -> audit.write(
                                        tx, AuditEntry.done(origin.as(userId, origin.via()), "password.reset", userId))
                                .map(cut))));
    }

    /** The outbox: cuts that may be missing from the bucket REVOKED. */
    public Future<List<Cut>> findUnannouncedCuts() {
        return pg.withPool(
                pool -> pool.query("select " + CUT_COLUMNS + " from account where not cut_announced limit 1000")
                        .execute()
                        .map(UserStore::toCuts));
    }

    /** Those that void tokens which have not expired, and deletions of the last 30 days. */
    public Future<List<Cut>> findCutsInForce(Instant now) {
        return pg.withPool(pool -> pool.preparedQuery("select " + CUT_COLUMNS
                        + " from account where tokens_from > $1 or (state = 'deleted' and tokens_from > $2)")
                .execute(Tuple.of(utc(now.minus(UserCuts.KEPT)), utc(now.minus(DELETIONS_KEPT))))
                .map(UserStore::toCuts));
    }

    /** The bucket forgets after a day, and the registry may have been away as long. */
    public Future<Void> announceDeletionsAgain() {
        return pg.withPool(pool -> pool.preparedQuery(
                        "update account set cut_announced = false where state = 'deleted' and tokens_from > $1")
                .execute(Tuple.of(utc(clock.instant().minus(DELETIONS_KEPT))))
                .mapEmpty());
    }

    public Future<Void> markAnnounced(Cut cut) {
        return pg.withPool(
                pool -> pool.preparedQuery("update account set cut_announced = true where id = $1 and tokens_from = $2")
                        .execute(Tuple.of(cut.userId(), utc(cut.tokensFrom())))
                        .mapEmpty());
    }

    public Future<Void> pruneCodes() {
        return pg.withPool(pool -> pool.query("delete from reset_code where expires_at <= clock_timestamp()")
                .execute()
                .mapEmpty());
    }

    /** Fails with 409 {@code username_taken}. */
    static Future<Void> insert(SqlConnection tx, User user, @Nullable String passwordHash) {
        return tx.preparedQuery("""
                        insert into account (id, username, password_hash, roles, created_at)
                        values ($1, $2, $3, $4, $5) on conflict (username) do nothing""")
                .execute(Tuple.of(
                        user.userId(),
                        user.username(),
                        passwordHash,
                        user.roles().toArray(String[]::new),
                        utc(user.createdAt())))
                .map(rows -> {
                    if (rows.rowCount() == 0) {
                        throw AdminProblems.usernameTaken(user.username()).asException();
                    }
                    return null;
                });
    }

    /** Fails with 403 {@code forbidden}. An operator needs no account. */
    static Future<Void> requireAdmin(SqlConnection tx, Origin origin) {
        if (origin.isOperator()) {
            return Future.succeededFuture();
        }
        // The lock lets a demotion at the same moment come afterwards.
        return isAdmin(tx, origin.actor(), "for share")
                .compose(admin -> admin
                        ? Future.succeededFuture()
                        : Future.failedFuture(Problem.adminsOnly().asException()));
    }

    private interface Work<T> {
        Future<T> run(SqlConnection tx, User user);
    }

    /** One such change of the platform at a time: of two admins that demote each other, one comes second. */
    private <T> Future<T> inOrder(String ref, Origin origin, Work<T> work) {
        return pg.inTransaction(tx -> SettingStore.lock(tx)
                .compose(locked -> requireAdmin(tx, origin))
                .compose(admin -> find(tx, ref, "for update"))
                .compose(user -> work.run(tx, user)));
    }

    private static Future<Void> requireOtherAdmin(SqlConnection tx, User before, User after) {
        if (!before.isActiveAdmin() || after.isActiveAdmin()) {
            return Future.succeededFuture();
        }
        return tx.preparedQuery(
                        "select 1 from account where state = 'active' and 'admin' = any (roles) and id <> $1 limit 1")
                .execute(Tuple.of(before.userId()))
                .compose(others -> others.size() == 1
                        ? Future.succeededFuture()
                        : Future.failedFuture(AdminProblems.lastAdmin().asException()));
    }

    private static Future<Boolean> isAdmin(SqlClient client, String userId, String lock) {
        return client.preparedQuery(
                        "select 1 from account where id = $1 and state = 'active' and 'admin' = any (roles) " + lock)
                .execute(Tuple.of(userId))
                .map(rows -> rows.size() == 1);
    }

    /** An id is never read as a name: an account may have been named like the id of a deleted one. */
    private static Future<User> find(SqlClient client, String ref, String lock) {
        return client.preparedQuery("select " + COLUMNS + " from account where " + (Ids.isUser(ref) ? "id" : "username")
                        + " = $1 and state <> 'deleted' " + lock)
                .execute(Tuple.of(ref))
                .map(UserStore::toUsers)
                .map(found -> found.stream()
                        .findFirst()
                        .orElseThrow(() -> AdminProblems.userNotFound(ref).asException()));
    }

    /** Ends the API keys of a user that is not active any more. */
    private static Future<Void> update(SqlConnection tx, User user) {
        return tx.preparedQuery("update account set state = $2, roles = $3 where id = $1")
                .execute(Tuple.of(user.userId(), user.state(), user.roles().toArray(String[]::new)))
                .compose(updated ->
                        user.state().equals(User.ACTIVE) ? Future.succeededFuture() : deleteKeys(tx, user.userId()));
    }

    /** A trigger puts them into their outbox. */
    private static Future<Void> deleteKeys(SqlConnection tx, String userId) {
        return tx.preparedQuery("delete from api_key where user_id = $1")
                .execute(Tuple.of(userId))
                .mapEmpty();
    }

    private Future<Cut> endLogins(SqlConnection tx, String userId) {
        var ended = clock.instant();
        return tx.preparedQuery(
                        "update login set revoked_at = $2, revoked_until = $3 where user_id = $1 and revoked_at is null")
                .execute(Tuple.of(userId, utc(ended), utc(ended.plus(revocation))))
                .compose(updated -> tx.preparedQuery("""
                                update account set cut_announced = false,
                                tokens_from = greatest($2, tokens_from + interval '1 second')
                                where id = $1 returning\s""" + CUT_COLUMNS)
                        // Read after the logins' locks: a refresh before has issued its token before. Tokens count
                        // seconds.
                        .execute(Tuple.of(
                                userId,
                                utc(clock.instant()
                                        .truncatedTo(ChronoUnit.SECONDS)
                                        .plusSeconds(1)))))
                .map(rows -> toCuts(rows).getFirst());
    }

    private Future<ResetCode> addCode(SqlConnection tx, User user, Origin origin) {
        var code = OneTimeCode.create();
        var expiresAt = now().plus(CODE_LIFETIME);
        return tx.preparedQuery("""
                        insert into reset_code (user_id, code_hash, expires_at, created_by) values ($1, $2, $3, $4)
                        on conflict (user_id) do update set code_hash = $2, expires_at = $3, created_by = $4""")
                .execute(Tuple.of(
                        user.userId(),
                        OneTimeCode.fingerprint(code),
                        utc(expiresAt),
                        origin.isOperator() ? null : origin.actor()))
                .map(new ResetCode(user, code, expiresAt));
    }

    private Future<String> findOwner(SqlClient client, String code) {
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

    private static AuditEntry creation(Origin origin, User user) {
        return AuditEntry.done(
                origin,
                "account.create",
                user.userId(),
                new JsonObject().put("username", user.username()).put("roles", new JsonArray(user.roles())));
    }

    private static JsonObject difference(User before, User after) {
        var changes = new JsonObject();
        putDifference(changes, "state", before, after, User::state);
        putDifference(changes, "roles", before, after, user -> new JsonArray(user.roles()));
        return changes;
    }

    private static void putDifference(
            JsonObject changes, String name, User before, User after, Function<User, Object> field) {
        if (!field.apply(before).equals(field.apply(after))) {
            changes.put(name, AuditEntry.change(field.apply(before), field.apply(after)));
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static List<User> toUsers(RowSet<Row> rows) {
        return rows.stream()
                .map(row -> {
                    var lastLogin = row.getOffsetDateTime("last_login_at");
                    return new User(
                            row.getString("id"),
                            row.getString("username"),
                            List.of(row.getArrayOfStrings("roles")),
                            row.getString("state"),
                            row.getOffsetDateTime("created_at").toInstant(),
                            lastLogin == null ? null : lastLogin.toInstant());
                })
                .toList();
    }

    private static List<Cut> toCuts(RowSet<Row> rows) {
        return rows.stream()
                .map(row -> new Cut(
                        row.getString("id"),
                        row.getOffsetDateTime("tokens_from").toInstant(),
                        row.getBoolean("deleted")))
                .toList();
    }
}
