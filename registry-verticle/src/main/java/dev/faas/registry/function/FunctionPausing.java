package dev.faas.registry.function;

import dev.faas.activation.MaxLifetime;
import dev.faas.audit.Origin;
import dev.faas.registry.function.Functions.WriteResult;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pauses and resumes functions. That makes no revision. */
public final class FunctionPausing {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionPausing.class);
    private static final Duration LONGEST = Duration.ofDays(7);
    /** Between the end of the queue's time and that of the events. */
    private static final Duration MARGIN = Duration.ofHours(1);

    private final FunctionStore store;
    private final FunctionBucket bucket;
    private final BooleanSupplier isConnected;
    private final Duration eventsAge;
    private final InstantSource clock;

    /**
     * @param isConnected to NATS
     * @param eventsAge how long the event stream keeps an event; no activation may live longer
     */
    public FunctionPausing(
            FunctionStore store,
            FunctionBucket bucket,
            BooleanSupplier isConnected,
            Duration eventsAge,
            InstantSource clock) {
        this.store = store;
        this.bucket = bucket;
        this.isConnected = isConnected;
        this.eventsAge = eventsAge;
        this.clock = clock;
    }

    /** One that is paused already takes the new note. */
    Future<WriteResult> pause(String owner, String ref, String note, boolean refusesSubmits, Origin origin) {
        return change(
                owner,
                ref,
                function -> function.pauses().paused(note, refusesSubmits, now(), longest(function)),
                new FunctionAudit(origin, "function.pause"));
    }

    /** One that is not paused stays as it is. */
    Future<WriteResult> resume(String owner, String ref, Origin origin) {
        return change(
                owner, ref, function -> function.pauses().resumed(now()), new FunctionAudit(origin, "function.resume"));
    }

    private Future<WriteResult> change(
            String owner, String ref, Function<FunctionRevision, FunctionPauses> next, FunctionAudit by) {
        var target = Functions.parseWithoutRevision(ref);
        if (!isConnected.getAsBoolean()) {
            return Future.failedFuture(Problem.unavailable("nats").asException());
        }
        return store.pause(owner, target, next, by).compose(found -> {
            var function = found.orElseThrow(() -> Functions.notFound(ref));
            LOG.info(
                    "{} function={} name={} owner={}",
                    by.action(),
                    function.id(),
                    function.spec().name(),
                    owner);
            return bucket.publish(function).map(sequence -> new WriteResult(function, sequence));
        });
    }

    private Duration longest(FunctionRevision function) {
        var room = eventsAge.minus(MaxLifetime.of(function.spec())).minus(MARGIN);
        if (room.isNegative()) {
            return Duration.ZERO;
        }
        return room.compareTo(LONGEST) < 0 ? room : LONGEST;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
