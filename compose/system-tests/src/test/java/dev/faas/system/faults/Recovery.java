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
 * Waits until the platform does everything again: a login (auth, Postgres), a list (registry, Postgres), and a run from its
 * submit to its result (bus, spawner, Docker), each begun after the fault was over; and each service says that it is ready.
 */
final class Recovery {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration AGAIN = Duration.ofMillis(100);

    private final LoadClient customer;
    private final long until = System.nanoTime() + LIMIT.toNanos();

    private Recovery(LoadClient customer) {
        this.customer = customer;
    }

    @FunctionalInterface
    private interface Attempt {
        boolean succeeds() throws IOException, InterruptedException;
    }

    /** How long it took from now on; empty when it has not within three minutes. */
    static Optional<Duration> await(FaultPlatform stage) throws InterruptedException {
        var begun = System.nanoTime();
        var customer = stage.customer();
        var recovery = new Recovery(customer);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<Boolean>>();
            all.add(threads.submit(() -> recovery.repeat(() -> customer.login().ok())));
            all.add(threads.submit(() -> recovery.repeat(
                    () -> customer.get("/v1/activations?limit=1").ok())));
            all.add(threads.submit(() -> recovery.repeat(recovery::runs)));
            all.add(threads.submit(() -> recovery.repeat(stage::ready)));
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
                // That is what is waited for.
            }
            Pause.of(AGAIN);
        }
        return false;
    }

    private boolean runs() throws IOException, InterruptedException {
        var answer = customer.submit(Kind.SURE.function(), "again", "");
        if (answer.status() != 202) {
            return false;
        }
        var id = answer.body().path("activationId").asText();
        return repeat(() -> customer.record(id).path("status").asText().equals("succeeded"));
    }
}
