package dev.faas.auth.admin;

import static dev.faas.pg.Pg.utc;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
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
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes accounts, their state and roles, for admins and for the program {@code admin}. Each change of an
 * admin finds in its transaction that the admin still is one.
 */
public final class UserStore {
    private static final String COLUMNS = "id, username, roles, state, created_at, last_login_at";

    /** @param cutoff empty when the logins go on */
    public record Changed(User user, Optional<TokenCutoff> cutoff) {}

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

    private final Pg pg;
    private final AuditStore audit;
    private final InstantSource clock;
    private final TokenCutoffStore cutoffs;
    private final ResetCodeStore codes;

    public UserStore(Pg pg, AuditStore audit, InstantSource clock, TokenCutoffStore cutoffs) {
        this.pg = pg;
        this.audit = audit;
        this.clock = clock;
        this.cutoffs = cutoffs;
        this.codes = new ResetCodeStore(pg, audit, clock, cutoffs);
    }

    /** Ordered by id, without deleted ones. */
    public Future<List<User>> findAfter(String userId, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select " + COLUMNS + " from account where id > $1 and state <> 'deleted' order by id limit $2")
                .execute(Tuple.of(userId, limit))
                .map(UserStore::toUsers));
    }

    public Future<Set<String>> findDisabled() {
        return pg.withPool(pool -> pool.query("select id from account where state = 'disabled'")
                .execute()
                .map(rows -> rows.stream().map(row -> row.getString("id")).collect(Collectors.toSet())));
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
    Future<ResetCodeStore.Created> create(String username, Origin origin) {
        var user = User.created(Ids.user(now()), username, false, now());
        return pg.inTransaction(tx -> requireAdmin(tx, origin)
                .compose(admin -> insert(tx, user, null))
                .compose(inserted -> codes.add(tx, user, origin))
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
                    .compose(updated -> cutoffs.endLogins(tx, user.userId()))
                    .compose(cutoff -> audit.write(
                                    tx,
                                    AuditEntry.done(origin, "account.update", user.userId(), difference(user, changed)))
                            .map(new Changed(changed, Optional.of(cutoff))));
        });
    }

    /** The name stays taken. Fails with 404 {@code user_not_found} or 409 {@code last_admin}. */
    Future<Changed> delete(String ref, Origin origin) {
        return inOrder(ref, origin, (tx, user) -> delete(tx, user, origin));
    }

    /** As {@link #delete}, of the own account. */
    public Future<TokenCutoff> deleteOwn(Origin origin) {
        return pg.inTransaction(tx -> SettingStore.lock(tx)
                        .compose(locked -> find(tx, origin.actor(), "for update"))
                        .compose(user -> delete(tx, user, origin)))
                .map(changed -> changed.cutoff().orElseThrow());
    }

    private Future<Changed> delete(SqlConnection tx, User user, Origin origin) {
        var deleted = new Change(Optional.of(User.DELETED), Optional.of(List.of())).apply(user);
        return requireOtherAdmin(tx, user, deleted)
                .compose(other -> update(tx, deleted))
                .compose(updated -> tx.preparedQuery("update account set password_hash = null where id = $1")
                        .execute(Tuple.of(user.userId())))
                .compose(updated -> codes.delete(tx, user.userId()))
                .compose(removed -> cutoffs.endLogins(tx, user.userId()))
                .compose(cutoff -> audit.write(tx, AuditEntry.done(origin, "account.delete", user.userId()))
                        .map(new Changed(deleted, Optional.of(cutoff))));
    }

    Future<TokenCutoff> endLogins(String ref, Origin origin) {
        return inOrder(
                ref,
                origin,
                (tx, user) -> cutoffs.endLogins(tx, user.userId())
                        .compose(cutoff -> audit.write(tx, AuditEntry.done(origin, "sessions.end", user.userId()))
                                .map(cutoff)));
    }

    /** A code made before is void. Fails with 404 {@code user_not_found} or 409 {@code user_disabled}. */
    public Future<ResetCodeStore.Created> createCode(String ref, Origin origin) {
        return inOrder(ref, origin, (tx, user) -> {
            if (!user.state().equals(User.ACTIVE)) {
                throw AdminProblems.userDisabled(user.username()).asException();
            }
            return codes.add(tx, user, origin)
                    .compose(code -> audit.write(tx, AuditEntry.done(origin, "account.reset", user.userId()))
                            .map(code));
        });
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
    private Future<Void> update(SqlConnection tx, User user) {
        return tx.preparedQuery("update account set state = $2, roles = $3 where id = $1")
                .execute(Tuple.of(user.userId(), user.state(), user.roles().toArray(String[]::new)))
                .compose(updated -> user.state().equals(User.ACTIVE)
                        ? Future.succeededFuture()
                        : cutoffs.deleteKeys(tx, user.userId()));
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
}
