package dev.faas.auth;

import dev.faas.audit.Origin;
import dev.faas.auth.AccountStore.Credentials;
import dev.faas.auth.LoginStore.Rotation;
import dev.faas.auth.LoginStore.StoredToken;
import dev.faas.auth.admin.RegistrationStore;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers users, logs them in, refreshes their tokens and logs them out. */
final class Accounts {
    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

    private final AccountStore accounts;
    private final RegistrationStore registrations;
    private final LoginStore logins;
    private final PasswordCheck passwords;
    private final Tokens tokens;
    private final Revocations revocations;
    private final InstantSource clock;
    private final Duration refreshLifetime;
    private final BrowserSecret browsers;

    /** @param browsers derives the CSRF tokens of logins */
    Accounts(
            AccountStore accounts,
            RegistrationStore registrations,
            LoginStore logins,
            PasswordCheck passwords,
            Tokens tokens,
            Revocations revocations,
            InstantSource clock,
            Duration refreshLifetime,
            BrowserSecret browsers) {
        this.accounts = accounts;
        this.registrations = registrations;
        this.logins = logins;
        this.passwords = passwords;
        this.tokens = tokens;
        this.revocations = revocations;
        this.clock = clock;
        this.refreshLifetime = refreshLifetime;
        this.browsers = browsers;
    }

    /**
     * Fails with 403 {@code registration_closed} or {@code invitation_invalid}, with 409 {@code username_taken}, and as
     * {@link PasswordCheck#hash}.
     */
    Future<Account> register(String username, String password, Optional<String> invitation, Origin origin) {
        return registrations
                .check(username, invitation) // hashing is expensive
                .compose(admitted -> passwords.hash(password, origin.requestAddress()))
                .compose(hash -> registrations.register(username, hash, invitation, now(), origin))
                .map(user -> {
                    LOG.info("user registered user={} username={} roles={}", user.userId(), username, user.roles());
                    return new Account(user.userId(), username, user.roles(), user.createdAt());
                });
    }

    /** Fails as {@link PasswordCheck#check}. */
    Future<TokenPair> login(String username, String password, Origin origin) {
        return login(username, password, false, origin).map(Login::tokens);
    }

    /** As {@link #login}, with an access token for a cookie. */
    Future<Login> loginOfBrowser(String username, String password, Origin origin) {
        return login(username, password, true, origin);
    }

    private Future<Login> login(String username, String password, boolean browser, Origin origin) {
        return passwords
                .check(username, password, origin)
                .compose(verified -> openLogin(verified, browser, origin)
                        .map(login -> login.orElseThrow(() ->
                                passwords.refuse(Optional.of(verified.account().userId()), origin))));
    }

    /** Exchanges a refresh token, which is valid once, for a new pair. Fails with 401 {@code invalid_credentials}. */
    Future<TokenPair> refresh(String refreshToken, Origin origin) {
        return refresh(refreshToken, false, origin).map(Login::tokens);
    }

    /** As {@link #refresh}, with an access token for a cookie. */
    Future<Login> refreshOfBrowser(String refreshToken, Origin origin) {
        return refresh(refreshToken, true, origin);
    }

    private Future<Login> refresh(String refreshToken, boolean browser, Origin origin) {
        var now = now();
        var successor = tokens.createRefreshToken();
        return logins.rotate(
                        Tokens.fingerprint(refreshToken),
                        toStoredToken(successor, now),
                        now,
                        tokens.lastExpiry(now),
                        origin)
                .compose(rotation -> switch (rotation) {
                    case Rotation.Rotated(var account, var sid, var endsAt) ->
                        Future.succeededFuture(createLogin(account, sid, browser, now, endsAt, successor));
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
    Future<Void> logout(String refreshToken, Origin origin) {
        var now = now();
        return logins.revoke(Tokens.fingerprint(refreshToken), now, tokens.lastExpiry(now), origin)
                .compose(revoked -> revoked.map(revocations::announce).orElseGet(Future::succeededFuture));
    }

    Future<Account> find(Principal principal) {
        return accounts.findById(principal.userId())
                .map(found -> found.orElseThrow(
                        () -> Problem.unauthenticated("This account no longer exists. Register a new one.")
                                .asException()));
    }

    /** Empty when the account has changed since it was read. */
    private Future<Optional<Login>> openLogin(Credentials verified, boolean browser, Origin origin) {
        var sid = tokens.createSid();
        var refreshToken = tokens.createRefreshToken();
        return logins.open(sid, verified, toStoredToken(refreshToken, now()), this::now, origin)
                .compose(found -> {
                    if (found.isEmpty()) {
                        return Future.succeededFuture(Optional.empty());
                    }
                    var opened = found.get();
                    return tokens.await(opened.issuedAt())
                            .map(passed -> Optional.of(createLogin(
                                    opened.account(), sid, browser, opened.issuedAt(), opened.endsAt(), refreshToken)));
                });
    }

    private Login createLogin(
            Account account, String sid, boolean browser, Instant issuedAt, Instant endsAt, String refreshToken) {
        var lifetime = tokens.accessLifetime(issuedAt, endsAt);
        var csrf = browser ? browsers.csrf(sid) : "";
        var left = Duration.between(issuedAt, endsAt);
        return new Login(
                account,
                new TokenPair(
                        tokens.createAccessToken(account, sid, csrf, issuedAt, lifetime),
                        "Bearer",
                        lifetime.toSeconds(),
                        refreshToken),
                csrf,
                Instant.ofEpochSecond(issuedAt.getEpochSecond() + lifetime.toSeconds()),
                left.compareTo(refreshLifetime) < 0 ? left : refreshLifetime);
    }

    private StoredToken toStoredToken(String refreshToken, Instant now) {
        return new StoredToken(Tokens.fingerprint(refreshToken), now.plus(refreshLifetime));
    }

    /** The API shows milliseconds, so no more is stored. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    static Problem refusedToken() {
        return Problem.of(
                401, "invalid_credentials", "Invalid credentials", "This refresh token is not valid. Log in again.");
    }

    static boolean isRefusedToken(Throwable failure) {
        return failure instanceof ProblemException refused && refused.problem().status() == 401;
    }
}
