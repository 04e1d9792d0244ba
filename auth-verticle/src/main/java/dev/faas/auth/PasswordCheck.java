package dev.faas.auth;

import dev.faas.audit.Origin;
import dev.faas.audit.RefusedAttempts;
import dev.faas.auth.AccountStore.Credentials;
import dev.faas.auth.admin.NameRules;
import dev.faas.auth.admission.HashQueue;
import dev.faas.auth.admission.HashQueue.Permit;
import dev.faas.auth.admission.LoginFailureStore;
import dev.faas.auth.admission.LoginFailureStore.Attempt;
import dev.faas.http.client.ClientAddress;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hashes new passwords and checks passwords, with a permit of {@link HashQueue} for each. */
final class PasswordCheck {
    private static final Logger LOG = LoggerFactory.getLogger(PasswordCheck.class);

    private final AccountStore accounts;
    private final Passwords passwords;
    private final HashQueue queue;
    private final LoginFailureStore guesses;
    private final RefusedAttempts refused;

    PasswordCheck(
            AccountStore accounts,
            Passwords passwords,
            HashQueue queue,
            LoginFailureStore guesses,
            RefusedAttempts refused) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.queue = queue;
        this.guesses = guesses;
        this.refused = refused;
    }

    /** Fails as {@link HashQueue#withPermit}. */
    Future<String> hash(String password, ClientAddress address) {
        return queue.withPermit(address, permit -> passwords.hash(password, permit));
    }

    /**
     * Fails with 401 {@code invalid_credentials}: the same answer after the same time for unknown user and wrong password; and
     * with 429 {@code rate_limited} after too many failures; and as {@link HashQueue#withPermit}.
     */
    Future<Credentials> check(String username, String password, Origin origin) {
        // The permit comes before all questions to Postgres, so that a flood of logins asks few of them.
        var named = new AtomicReference<Optional<String>>(Optional.empty());
        return queue.withPermit(origin.requestAddress(), permit -> check(username, password, origin, permit, named))
                .onFailure(failure -> {
                    if (failure instanceof ProblemException refusal
                            && refusal.problem().status() == 429) {
                        refused.countLogin(named.get(), origin.address());
                    }
                });
    }

    /** Counts a login that was refused. Returns 401 {@code invalid_credentials}. */
    ProblemException refuse(Optional<String> userId, Origin origin) {
        refused.countLogin(userId, origin.address());
        return Problem.of(
                        401,
                        "invalid_credentials",
                        "Invalid credentials",
                        "No user has this name and password. Check both.")
                .asException();
    }

    /** @param named gets the user of this name */
    private Future<Credentials> check(
            String username, String password, Origin origin, Permit permit, AtomicReference<Optional<String>> named) {
        return accounts.findCredentials(username).compose(found -> {
            var userId = found.map(it -> it.account().userId());
            named.set(userId);
            if (userId.isEmpty() && !NameRules.isUsername(username)) {
                // No account can have this name, so nothing has to be protected but the time of the answer.
                return passwords
                        .matches(password, Optional.empty(), permit)
                        .compose(never -> Future.failedFuture(refuse(userId, origin)));
            }
            return guesses.begin(username, userId, origin.requestAddress())
                    .compose(attempt -> passwords
                            .matches(password, found.map(Credentials::passwordHash), permit)
                            .compose(matches -> matches && found.isPresent()
                                    ? succeed(attempt, found.get(), origin)
                                    : fail(attempt, userId, origin)));
        });
    }

    private Future<Credentials> succeed(Attempt attempt, Credentials verified, Origin origin) {
        return guesses.recordSuccess(attempt, verified.account().userId(), origin.requestAddress())
                .map(verified);
    }

    private Future<Credentials> fail(Attempt attempt, Optional<String> userId, Origin origin) {
        return guesses.countFailure(attempt).compose(failures -> {
            // Not the name of an unknown user: it may be a password in the wrong field.
            LOG.info(
                    "login failed user={} address={} failures={} knownAddress={}",
                    userId.orElse("unknown"),
                    origin.requestAddress(),
                    failures,
                    attempt.fromKnownAddress());
            return Future.failedFuture(refuse(userId, origin));
        });
    }
}
