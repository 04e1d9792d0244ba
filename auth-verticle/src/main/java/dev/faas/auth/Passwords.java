package dev.faas.auth;

import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Hashes and checks passwords on its own worker threads. Refuses work with 503 at once when too much is waiting, so that a
 * burst of logins takes bounded memory and time.
 */
final class Passwords {
    private static final int SALT_BYTES = 16;
    private static final int RETRY_AFTER_SECONDS = 1;

    private final WorkerExecutor workers;
    private final Semaphore permits;
    private final SecureRandom random = new SecureRandom();
    private final Argon2Hash decoy;

    /**
     * @param threads hashes computed at the same time, 19 MiB each
     * @param waiting hashes that may wait for a thread; one more is refused
     */
    Passwords(Vertx vertx, int threads, int waiting) {
        this.workers = vertx.createSharedWorkerExecutor("auth-passwords", threads, 30, TimeUnit.SECONDS);
        this.permits = new Semaphore(threads + waiting);
        this.decoy = new Argon2Hash(Argon2Hash.OWASP_MINIMUM, salt(), new byte[Argon2Hash.HASH_BYTES]);
    }

    /** The PHC string to store; fails with 503 {@code unavailable} under overload. */
    Future<String> hash(String password) {
        return submit(
                () -> Argon2Hash.of(password, salt(), Argon2Hash.OWASP_MINIMUM).encode());
    }

    /** False without a stored hash, after the same work, so that the time does not reveal whether the user exists. */
    Future<Boolean> matches(String password, Optional<String> stored) {
        return submit(() -> {
            var matches = stored.map(Argon2Hash::parse).orElse(decoy).matches(password);
            return matches && stored.isPresent();
        });
    }

    Future<Void> close() {
        return workers.close();
    }

    private <T> Future<T> submit(Callable<T> job) {
        if (!permits.tryAcquire()) {
            return Future.failedFuture(overloaded().asException());
        }
        return workers.executeBlocking(job, false).onComplete(done -> permits.release());
    }

    private static Problem overloaded() {
        return Problem.of(
                        503,
                        "unavailable",
                        "Temporarily unavailable",
                        "Too many logins and registrations at once. Try again in a second.")
                .withRetryAfter(RETRY_AFTER_SECONDS);
    }

    private byte[] salt() {
        var salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return salt;
    }
}
