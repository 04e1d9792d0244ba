package dev.faas.auth;

import dev.faas.auth.LoginStore.Rotation;
import dev.faas.auth.LoginStore.StoredToken;
import dev.faas.http.client.ClientAddress;
import dev.faas.wire.Ids;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers users, logs them in, refreshes their tokens and logs them out. */
final class Accounts {
    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);
    private static final List<String> ROLES_OF_A_NEW_USER = List.of("user");

    private final AccountStore accounts;
    private final LoginStore logins;
    private final PasswordCheck passwords;
    private final Tokens tokens;
    private final Revocations revocations;
    private final InstantSource clock;
    private final Duration refreshLifetime;

    Accounts(
            AccountStore accounts,
            LoginStore logins,
            PasswordCheck passwords,
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
    Future<Account> register(String username, String password, ClientAddress address) {
        var now = now();
        var account = new Account(Ids.user(now), username, ROLES_OF_A_NEW_USER, now);
        return passwords
                .hash(password, address)
                .compose(hash -> accounts.insert(account, hash))
                .map(inserted -> {
                    if (!inserted) {
                        throw usernameTaken(username).asException();
                    }
                    LOG.info("user registered user={} username={}", account.userId(), username);
                    return account;
                });
    }

    /** Fails as {@link PasswordCheck#check}. */
    Future<TokenPair> login(String username, String password, ClientAddress address, @Nullable String client) {
        return passwords
                .check(username, password, address)
                .compose(account -> openLogin(account, new LoginStore.Origin(address.toString(), client)));
    }

    /** Exchanges a refresh token, which is valid once, for a new pair. Fails with 401 {@code invalid_credentials}. */
    Future<TokenPair> refresh(String refreshToken) {
        var now = now();
        var successor = tokens.createRefreshToken();
        return logins.rotate(
                        Tokens.fingerprint(refreshToken), toStoredToken(successor, now), now, tokens.lastExpiry(now))
                .compose(rotation -> switch (rotation) {
                    case Rotation.Rotated(var account, var sid, var endsAt) ->
                        Future.succeededFuture(createPair(account, sid, endsAt, successor));
                    case Rotation.Refused() ->
                        Future.failedFuture(refusedToken().asException());
                    case Rotation.Reused(var revocation) -> {
                        LOG.warn(
                                "login revoked because a used refresh token was presented again login={}",
                                revocation.sid());
                        yield revocations
                                .announce(revocation)
                                .compose(announced ->
                                        Future.failedFuture(refusedToken().asException()));
                    }
                });
    }

    /** Ends the login of this refresh token. Succeeds also if the token is unknown or the login has ended. */
    Future<Void> logout(String refreshToken) {
        var now = now();
        return logins.revoke(Tokens.fingerprint(refreshToken), now, tokens.lastExpiry(now))
                .compose(revoked -> revoked.map(revocations::announce).orElseGet(Future::succeededFuture));
    }

    Future<Account> find(Principal principal) {
        return accounts.findById(principal.userId())
                .map(found -> found.orElseThrow(
                        () -> Problem.unauthenticated("This account no longer exists. Register a new one.")
                                .asException()));
    }

    private Future<TokenPair> openLogin(Account account, LoginStore.Origin origin) {
        var now = now();
        var sid = tokens.createSid();
        var refreshToken = tokens.createRefreshToken();
        return logins.open(sid, account.userId(), now, toStoredToken(refreshToken, now), origin)
                .map(endsAt -> createPair(account, sid, endsAt, refreshToken));
    }

    private TokenPair createPair(Account account, String sid, Instant endsAt, String refreshToken) {
        var lifetime = tokens.accessLifetimeUntil(endsAt);
        return new TokenPair(
                tokens.createAccessToken(account, sid, lifetime), "Bearer", lifetime.toSeconds(), refreshToken);
    }

    private StoredToken toStoredToken(String refreshToken, Instant now) {
        return new StoredToken(Tokens.fingerprint(refreshToken), now.plus(refreshLifetime));
    }

    /** The API shows milliseconds, so no more is stored. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Problem usernameTaken(String username) {
        return Problem.of(
                409, "username_taken", "Username taken", "There is a user '" + username + "'. Choose another name.");
    }

    private static Problem refusedToken() {
        return Problem.of(
                401, "invalid_credentials", "Invalid credentials", "This refresh token is not valid. Log in again.");
    }
}
