package dev.faas.lifecycle;

import java.net.ConnectException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

/** Reports that a dependency is not available; the message says which, where, why, and what to do. */
public final class DependencyMissing extends Exception {
    public DependencyMissing(String message) {
        super(message);
    }

    public DependencyMissing(String message, Throwable cause) {
        super(message, cause);
    }

    /** A bucket that the registry writes was not read in time. */
    public static DependencyMissing notRead(String bucket, Duration limit) {
        return new DependencyMissing("bucket " + bucket + " could not be read within " + limit.toSeconds()
                + " s. Check NATS and registry-service.");
    }

    /** Tries until an attempt succeeds or the limit is reached, with pauses of 100 to 500 ms. Blocks.
     *
     * @param name of the dependency, such as {@code postgres}
     * @param address without user information
     * @param setting the variable that holds the address
     * @param attempt must have its own time limit; ends the attempts at once when it throws {@link DependencyMissing}
     */
    public static <T> T retryWithin(Duration limit, String name, String address, String setting, Callable<T> attempt)
            throws DependencyMissing, InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return attempt.call();
            } catch (DependencyMissing | InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new DependencyMissing(
                            "%s at %s did not answer within %s: %s. Start it, or set %s."
                                    .formatted(name, address, seconds(limit), reason(e), setting),
                            e);
                }
            }
            var left = Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
            Thread.sleep(Math.min(left, ThreadLocalRandom.current().nextLong(100, 500)));
        }
    }

    private static String seconds(Duration limit) {
        return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }

    private static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException) {
                return "connection refused";
            }
            if (cause instanceof java.net.UnknownHostException) {
                return "unknown host";
            }
            if (cause instanceof TimeoutException) {
                return "no answer";
            }
        }
        var message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName().toLowerCase(Locale.ROOT) : message;
    }
}
