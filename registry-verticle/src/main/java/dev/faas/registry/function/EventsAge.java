package dev.faas.registry.function;

import dev.faas.activation.MaxLifetime;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/** Events are kept for longer than any activation can live, also when somebody has made their age shorter since. */
public final class EventsAge {
    /** No function that is taken lives longer: a week in the queue, ten attempts of a day, nine waits of an hour. */
    private static final Duration ENOUGH_FOR_ALL = Duration.ofDays(18);

    private static final int BATCH = 500;

    private final FunctionStore functions;
    private final Duration age;

    public EventsAge(FunctionStore functions, Duration age) {
        this.functions = functions;
        this.age = age;
    }

    /** Fails with the function that lives too long. */
    public Future<Void> check() {
        return age.compareTo(ENOUGH_FOR_ALL) >= 0 ? Future.succeededFuture() : check("");
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
                        + longest.toSeconds() + " s, and FAAS_EVENTS_AGE is " + age.toSeconds() + " s: make it longer");
            }
        }
    }
}
