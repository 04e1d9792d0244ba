package dev.faas.auth;

import dev.faas.auth.LoginStore.Rotation;
import dev.faas.auth.LoginStore.StoredToken;
import dev.faas.wire.Ids;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be done with an account: register, log in, stay logged in, log out. */
final class Accounts {
    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);
    private static final List<String> ROLES_OF_A_NEW_USER = List.of("user");
    /** Verifiers on other machines may have slow clocks: a revocation outlives the last access token by this. */
    private static final Duration CLOCK_MARGIN = Duration.ofMinutes(1);

    private final AccountStore accounts;
    private final LoginStore logins;
    private final Passwords passwords;
    private final Tokens tokens;
    private final Revocations revocations;
    private final InstantSource clock;
    private final Duration refreshLifetime;

    Accounts(
            AccountStore accounts,
            LoginStore logins,
            Passwords passwords,
            Tokens tokens,
            Revocations revocations,
            InstantSource clock,
            Duration refreshLifetime) {
        this.accounts = accounts;
        this.logins = logins;
        this.passwords = passwords;
        this.tokens = tokens;
        this.revocations = revocations;
        this.clock = clock;
        this.refreshLifetime = refreshLifetime;
    }

    /** Fails with 409 {@code username_taken}. */
    Future<Account> register(String username, String password) {
        var now = now();
        var account = new Account(Ids.user(now), username, ROLES_OF_A_NEW_USER, now);
        return passwords
                .hash(password)
                .compose(hash -> accounts.insert(account, hash))
                .map(inserted -> {
                    if (!inserted) {
                        throw usernameTaken(username).asException();
                    }
                    LOG.info("registered {} as {}", username, account.userId());
                    return account;
                });
    }

    /** Fails with 401 {@code invalid_credentials}, alike and as late for an unknown user and a wrong password. */
    Future<TokenPair> login(String username, String password) {
        return accounts.credentials(username)
                .compose(found -> passwords
                        .matches(password, found.map(AccountStore.Credentials::passwordHash))
                        .compose(matches -> {
                            if (!matches || found.isEmpty()) {
                                return Future.failedFuture(wrongCredentials().asException());
                            }
                            return open(found.get().account());
                        }));
    }

    /** A new pair for a refresh token, which is spent by it. Fails with 401 {@code invalid_credentials}. */
    Future<TokenPair> refresh(String refreshToken) {
        var now = now();
        var successor = tokens.refresh();
        return logins.rotate(Tokens.fingerprint(refreshToken), stored(successor, now), now, revokedUntil(now))
                .compose(rotation -> switch (rotation) {
                    case Rotation.Rotated(var account, var sid) ->
                        Future.succeededFuture(pair(account, sid, successor));
                    case Rotation.Refused() ->
                        Future.failedFuture(refusedToken().asException());
                    case Rotation.Reused(var revocation) -> {
                        LOG.warn("a spent refresh token was presented again: login {} is revoked", revocation.sid());
                        yield revocations
                                .announce(revocation)
                                .compose(announced ->
                                        Future.failedFuture(refusedToken().asException()));
                    }
                });
    }

    /** Ends the login this refresh token belongs to. One that is unknown or has ended needs no ending: that is no error. */
    Future<Void> logout(String refreshToken) {
        var now = now();
        return logins.revoke(Tokens.fingerprint(refreshToken), now, revokedUntil(now))
                .compose(revoked -> revoked.map(revocations::announce).orElseGet(Future::succeededFuture));
    }

    Future<Account> me(Principal principal) {
        return accounts.byId(principal.userId())
                .map(found -> found.orElseThrow(() -> Problem.unauthenticated("This account exists no longer.")
                        .asException()));
    }

    private Future<TokenPair> open(Account account) {
        var now = now();
        var sid = tokens.sid();
        var refreshToken = tokens.refresh();
        return logins.open(sid, account.userId(), now, stored(refreshToken, now))
                .map(opened -> pair(account, sid, refreshToken));
    }

    private TokenPair pair(Account account, String sid, String refreshToken) {
        return new TokenPair(
                tokens.access(account, sid), "Bearer", tokens.accessLifetime().toSeconds(), refreshToken);
    }

    private StoredToken stored(String refreshToken, Instant now) {
        return new StoredToken(Tokens.fingerprint(refreshToken), now.plus(refreshLifetime));
    }

    private Instant revokedUntil(Instant now) {
        return now.plus(tokens.accessLifetime()).plus(CLOCK_MARGIN);
    }

    /** Milliseconds are what the API shows, so they are what is stored. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Problem usernameTaken(String username) {
        return Problem.of(
                409, "username_taken", "Username taken", "There is a user '" + username + "'. Choose another name.");
    }

    private static Problem wrongCredentials() {
        return Problem.of(
                401, "invalid_credentials", "Invalid credentials", "No user has this name and password. Check both.");
    }

    private static Problem refusedToken() {
        return Problem.of(
                401, "invalid_credentials", "Invalid credentials", "This refresh token is not valid. Log in again.");
    }
}
