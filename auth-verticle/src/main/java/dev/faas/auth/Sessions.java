package dev.faas.auth;

import dev.faas.audit.Origin;
import dev.faas.auth.LoginStore.Revocation;
import dev.faas.auth.SessionStore.Session;
import dev.faas.auth.admin.ResetCodeStore;
import dev.faas.auth.admin.TokenCutoff;
import dev.faas.auth.admin.UserStore;
import dev.faas.http.paging.Page;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Lists and ends the logins of a user, changes the password, and deletes the account. */
final class Sessions {
    private final SessionStore store;
    private final UserStore users;
    private final ResetCodeStore codes;
    private final PasswordCheck passwords;
    private final Revocations revocations;
    private final Function<TokenCutoff, Future<Void>> announce;
    private final Tokens tokens;
    private final InstantSource clock;

    /** @param announce tells every verifier that earlier tokens of a user are void, and which API keys are gone; never fails */
    Sessions(
            SessionStore store,
            UserStore users,
            ResetCodeStore codes,
            PasswordCheck passwords,
            Revocations revocations,
            Function<TokenCutoff, Future<Void>> announce,
            Tokens tokens,
            InstantSource clock) {
        this.store = store;
        this.users = users;
        this.codes = codes;
        this.passwords = passwords;
        this.revocations = revocations;
        this.announce = announce;
        this.tokens = tokens;
        this.clock = clock;
    }

    Future<List<Session>> find(Principal principal, Page page) {
        return store.find(principal.userId(), page, clock.instant());
    }

    /** Fails with 404 {@code session_not_found}. */
    Future<Void> end(String sid, Origin origin) {
        return end((now, until) -> store.end(sid, now, until, origin)).map(ended -> {
            if (ended.isEmpty()) {
                throw Problem.of(
                                404,
                                "session_not_found",
                                "Session not found",
                                "You have no such session, or it has ended.")
                        .asException();
            }
            return null;
        });
    }

    /** All but the login that asks. */
    Future<Void> endOthers(Origin origin) {
        return end((now, until) -> store.endOthers(now, until, origin)).mapEmpty();
    }

    /** Ends all other logins. Fails as {@link PasswordCheck#check}. */
    Future<Void> changePassword(String username, String current, String next, Origin origin) {
        return passwords
                .check(username, current, origin)
                .compose(verified -> passwords
                        .hash(next, origin.requestAddress())
                        .compose(hash -> end((now, until) -> store.changePassword(verified, hash, now, until, origin)
                                .map(ended -> ended.orElseThrow(
                                        () -> passwords.refuse(Optional.of(origin.actor()), origin))))))
                .mapEmpty();
    }

    /** Ends all logins and API keys. Fails with 403 {@code code_invalid}. */
    Future<Void> resetPassword(String code, String next, Origin origin) {
        return codes.checkCode(code) // hashing is expensive
                .compose(known -> passwords.hash(next, origin.requestAddress()))
                .compose(hash -> codes.resetPassword(code, hash, origin))
                .compose(announce);
    }

    /** Deletes the own account. Fails as {@link PasswordCheck#check}, and with 409 {@code last_admin}. */
    Future<Void> deleteAccount(String username, String password, Origin origin) {
        return passwords
                .check(username, password, origin)
                .compose(verified -> users.deleteOwn(origin))
                .compose(announce);
    }

    /** Ends the logins whose time is over. */
    Future<Void> endOver() {
        return end(store::endOver).mapEmpty();
    }

    private Future<List<Revocation>> end(BiFunction<Instant, Instant, Future<List<Revocation>>> ending) {
        var now = clock.instant();
        return ending.apply(now, tokens.lastExpiry(now))
                .compose(ended -> revocations.announceAll(ended).map(ended));
    }
}
