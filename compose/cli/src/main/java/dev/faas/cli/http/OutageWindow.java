package dev.faas.cli.http;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.output.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Bridges the time in which the platform does not answer, up to a limit. */
public final class OutageWindow {
    private final Api api;
    private final Retries retries;
    private final Supplier<String> advice;
    private final Consumer<String> trouble;

    OutageWindow(Api api, Duration limit, Supplier<String> advice, Consumer<String> trouble) {
        this.api = api;
        this.retries = new Retries(limit);
        this.advice = advice;
        this.trouble = trouble;
    }

    /** There is an answer, but perhaps no more than its beginning: the limit goes on. */
    public void answered() {
        if (retries.tries() > 0) {
            trouble.accept("");
        }
    }

    /** The limit counts anew. */
    public void established() {
        answered();
        retries.succeeded();
    }

    /** Waits before the next try, or fails when the limit is reached. */
    public void lost(IOException e) throws InterruptedException {
        pauseOrFail(api.unreachable(e), Duration.ZERO);
    }

    /** Waits before the next try, or fails when the limit is reached or another try is of no use. */
    public void lost(Failure e) throws InterruptedException {
        if (e.exit() != Exit.UNAVAILABLE || (e instanceof ApiFailure answer && answer.status() < 429)) {
            throw e;
        }
        pauseOrFail(e, e instanceof ApiFailure answer ? answer.retryAfter() : Duration.ZERO);
    }

    private void pauseOrFail(Failure e, Duration atLeast) throws InterruptedException {
        trouble.accept("%s, trying again for %s"
                .formatted(e.text(), Durations.render(retries.left().toMillis())));
        if (!retries.pause(atLeast)) {
            throw new Failure(Exit.UNAVAILABLE, e.text(), List.of(advice.get()), e);
        }
    }
}
