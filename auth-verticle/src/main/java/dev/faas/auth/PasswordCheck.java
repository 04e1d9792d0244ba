package dev.faas.auth;

import dev.faas.auth.admission.HashQueue;
import dev.faas.auth.admission.HashQueue.Place;
import dev.faas.auth.admission.LoginFailureStore;
import dev.faas.auth.admission.LoginFailureStore.Attempt;
import dev.faas.http.client.ClientAddress;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hashes new passwords, and checks a name and a password, in each case when it is the turn of the client's address. */
final class PasswordCheck {
    private static final Logger LOG = LoggerFactory.getLogger(PasswordCheck.class);

    private final AccountStore accounts;
    private final Passwords passwords;
    private final HashQueue queue;
    private final LoginFailureStore guesses;

    PasswordCheck(AccountStore accounts, Passwords passwords, HashQueue queue, LoginFailureStore guesses) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.queue = queue;
        this.guesses = guesses;
    }

    /** Fails as {@link HashQueue#withPlace}. */
    Future<String> hash(String password, ClientAddress address) {
        return queue.withPlace(address, place -> passwords.hash(password, place));
    }

    /**
     * Fails with 401 {@code invalid_credentials}: the same answer after the same time for unknown user and wrong password; and
     * with 429 {@code rate_limited} after too many failures; and as {@link HashQueue#withPlace}.
     */
    Future<Account> check(String username, String password, ClientAddress address) {
        // The place comes before all questions to Postgres, so that a flood of logins asks few of them.
        return queue.withPlace(address, place -> check(username, password, address, place));
    }

    private Future<Account> check(String username, String password, ClientAddress address, Place place) {
        return accounts.findCredentials(username).compose(found -> {
            var userId = found.map(it -> it.account().userId());
            return guesses.begin(username, userId, address)
                    .compose(attempt -> passwords
                            .matches(password, found.map(AccountStore.Credentials::passwordHash), place)
                            .compose(matches -> matches && found.isPresent()
                                    ? succeed(attempt, found.get().account(), address)
                                    : fail(attempt, userId, address)));
        });
    }

    private Future<Account> succeed(Attempt attempt, Account account, ClientAddress address) {
        return guesses.recordSuccess(attempt, account.userId(), address).map(account);
    }

    private Future<Account> fail(Attempt attempt, Optional<String> userId, ClientAddress address) {
        return guesses.countFailure(attempt).compose(failures -> {
            // Not the name of an unknown user: it may be a password in the wrong field.
            LOG.info(
                    "login failed user={} address={} failures={} knownAddress={}",
                    userId.orElse("unknown"),
                    address,
                    failures,
                    attempt.fromKnownAddress());
            return Future.failedFuture(Problem.of(
                            401,
                            "invalid_credentials",
                            "Invalid credentials",
                            "No user has this name and password. Check both.")
                    .asException());
        });
    }
}
