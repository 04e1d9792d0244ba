package dev.faas.auth;

import dev.faas.auth.LoginStore.Revocation;
import dev.faas.auth.SessionStore.Session;
import dev.faas.http.client.ClientAddress;
import dev.faas.http.paging.Page;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiFunction;

/** Lists and ends the logins of a user, and changes the password. */
final class Sessions {
    private final SessionStore store;
    private final PasswordCheck passwords;
    private final Revocations revocations;
    private final Tokens tokens;
    private final InstantSource clock;

    Sessions(SessionStore store, PasswordCheck passwords, Revocations revocations, Tokens tokens, InstantSource clock) {
        this.store = store;
        this.passwords = passwords;
        this.revocations = revocations;
        this.tokens = tokens;
        this.clock = clock;
    }

    Future<List<Session>> find(Principal principal, Page page) {
        return store.find(principal.userId(), page, clock.instant());
    }

    /** Fails with 404 {@code login_not_found}. */
    Future<Void> end(Principal principal, String sid) {
        return end((now, until) -> store.end(principal.userId(), sid, now, until))
                .map(ended -> {
                    if (ended.isEmpty()) {
                        throw Problem.of(
                                        404,
                                        "login_not_found",
                                        "Login not found",
                                        "You have no such login that has not ended.")
                                .asException();
                    }
                    return null;
                });
    }

    Future<Void> endOthers(Principal principal) {
        return end((now, until) -> store.endOthers(principal.userId(), principal.sid(), now, until))
                .mapEmpty();
    }

    /** Ends all other logins. Fails as {@link PasswordCheck#check}. */
    Future<Void> changePassword(Principal principal, String current, String next, ClientAddress address) {
        return passwords
                .check(principal.username(), current, address)
                .compose(account -> passwords.hash(next, address))
                .compose(hash -> end(
                        (now, until) -> store.changePassword(principal.userId(), hash, principal.sid(), now, until)))
                .mapEmpty();
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
