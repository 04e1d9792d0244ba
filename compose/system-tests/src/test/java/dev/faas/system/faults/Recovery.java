package dev.faas.system.faults;

import dev.faas.testing.Pause;
import dev.faas.wire.Codec.CodecException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Waits until the platform works again after a fault: a login (auth, Postgres), a list (registry, Postgres), a run from submit
 * to result (NATS, spawner, Docker), and every service reports that it is ready.
 */
final class Recovery {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration RETRY_AFTER = Duration.ofMillis(100);

    private final LoadClient client;
    private final long until = System.nanoTime() + LIMIT.toNanos();

    private Recovery(LoadClient client) {
        this.client = client;
    }

    @FunctionalInterface
    private interface Attempt {
        boolean succeeds() throws IOException, InterruptedException;
    }

    /** The time until recovery; empty after three minutes. */
    static Optional<Duration> await(FaultPlatform platform) throws InterruptedException {
        var begun = System.nanoTime();
        var client = platform.client();
        var recovery = new Recovery(client);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<Boolean>>();
            all.add(threads.submit(() -> recovery.repeat(() -> client.login().isSuccess())));
            all.add(threads.submit(() ->
                    recovery.repeat(() -> client.get("/v1/activations?limit=1").isSuccess())));
            all.add(threads.submit(() -> recovery.repeat(recovery::canRun)));
            all.add(threads.submit(() -> recovery.repeat(platform::isReady)));
            var well = true;
            for (var each : all) {
                well &= each.get();
            }
            return well ? Optional.of(Duration.ofNanos(System.nanoTime() - begun)) : Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private boolean repeat(Attempt attempt) throws InterruptedException {
        while (System.nanoTime() < until) {
            try {
                if (attempt.succeeds()) {
                    return true;
                }
            } catch (IOException | CodecException notYet) {
                // Not recovered yet.
            }
            Pause.of(RETRY_AFTER);
        }
        return false;
    }

    private boolean canRun() throws IOException, InterruptedException {
        var answer = client.submit(LoadFunction.AT_LEAST_ONCE.function(), "again", "");
        if (answer.status() != 202) {
            return false;
        }
        var id = answer.body().path("activationId").asText();
        return repeat(() -> client.record(id).path("status").asText().equals("succeeded"));
    }
}
