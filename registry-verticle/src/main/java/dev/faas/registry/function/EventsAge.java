package dev.faas.registry.function;

import dev.faas.activation.MaxLifetime;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/** Checks at start that the event stream keeps events longer than an activation of any stored function can live. */
public final class EventsAge {
    /** The limits of a function allow a week in the queue, ten attempts of a day and nine waits of an hour. */
    private static final Duration LONGEST_POSSIBLE = Duration.ofDays(18);

    private static final int BATCH = 500;

    private final FunctionStore functions;
    private final Duration age;

    public EventsAge(FunctionStore functions, Duration age) {
        this.functions = functions;
        this.age = age;
    }

    /** Fails with the first function whose activations can live too long. */
    public Future<Void> check() {
        return age.compareTo(LONGEST_POSSIBLE) >= 0 ? Future.succeededFuture() : check("");
    }

    private Future<Void> check(String after) {
        return functions.all(after, BATCH).compose(batch -> {
            refuseTooLong(batch);
            return batch.size() < BATCH
                    ? Future.succeededFuture()
                    : check(batch.getLast().id());
        });
    }

    private void refuseTooLong(List<FunctionRevision> batch) {
        for (var function : batch) {
            var longest = MaxLifetime.of(function.spec());
            if (longest.compareTo(age) >= 0) {
                throw new IllegalStateException("an activation of function " + function.id() + " can live "
                        + longest.toSeconds() + " s, but FAAS_EVENTS_AGE is " + age.toSeconds()
                        + " s: set it to more than that");
            }
        }
    }
}
