package dev.faas.registry.source;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.Origin;
import dev.faas.nats.Consumers;
import dev.faas.nats.Consumers.ConsumerState;
import dev.faas.quota.Quota;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.Preconditions;
import dev.faas.registry.function.TriggerState;
import dev.faas.registry.source.SourceStore.Change;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates, changes and deletes sources. One of another user does not exist. The consumer of a source is made with it, so that
 * it gets what is published after the answer; if NATS is away, a dispatcher makes it later.
 */
final class Sources {
    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);
    private static final String THING = "source";
    private static final int SEED_BYTES = 32;
    private static final long LONGEST_WAIT_MILLIS = 2_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SourceStore store;
    private final Consumers consumers;
    private final QuotaSettings quotas;
    private final InstantSource clock;

    Sources(SourceStore store, Consumers consumers, QuotaSettings quotas, InstantSource clock) {
        this.store = store;
        this.consumers = consumers;
        this.quotas = quotas;
        this.clock = clock;
    }

    /** Fails with 404 {@code function_not_found}, 409 {@code name_taken} or 429 {@code quota_exceeded}. */
    Future<Source> create(String owner, Definition definition, Origin origin) {
        var now = now();
        var seed = new byte[SEED_BYTES];
        RANDOM.nextBytes(seed);
        return store.change(
                        owner,
                        change -> change.lockFunction(definition.function()).compose(function -> {
                            var source = new Source(
                                    Ids.source(now),
                                    owner,
                                    function,
                                    1,
                                    definition.spec(),
                                    Buffer.buffer(seed),
                                    TriggerState.of(definition.paused()),
                                    Source.Progress.NONE,
                                    new Source.Times(now, now));
                            return change.insert(source).compose(inserted -> {
                                if (!inserted) {
                                    throw Problem.nameTaken(
                                                    THING, definition.spec().name())
                                            .asException();
                                }
                                return requireRoom(change)
                                        .compose(room -> change.audit(entry(source, origin, "create")))
                                        .map(source);
                            });
                        }))
                .onSuccess(source -> log("source created", source))
                .compose(this::withConsumer);
    }

    private Future<Void> requireRoom(Change change) {
        return change.usage().map(usage -> {
            long most = quotas.of(usage.overrides()).of(Quota.Limit.SOURCES);
            if (usage.waiting().sources() > most) {
                throw Problem.tooMany(most, "sources").asException();
            }
            return null;
        });
    }

    Future<Source> get(String owner, String ref) {
        return store.find(owner, ref).map(found -> found.orElseThrow(() -> notFound(ref)));
    }

    /** Messages that are not submitted yet; empty when NATS does not say. */
    Future<Optional<Long>> lag(Source source) {
        return Future.fromCompletionStage(consumers.state(source.id()), Vertx.currentContext())
                .map(found -> found.map(Sources::lag).or(() -> Optional.of(0L)))
                .timeout(LONGEST_WAIT_MILLIS, TimeUnit.MILLISECONDS)
                .otherwise(failure -> Optional.empty());
    }

    private static long lag(ConsumerState state) {
        return state.pending() + state.unacked();
    }

    /** @param next makes the definition of the stored source */
    Future<Source> replace(
            String owner, String ref, Preconditions conditions, Function<Source, Definition> next, Origin origin) {
        return change(owner, ref, conditions, origin, "update", (change, before) -> {
            var definition = next.apply(before);
            return change.lockFunction(definition.function())
                    .map(function -> before.with(function, definition.spec(), TriggerState.of(definition.paused())));
        });
    }

    /** One whose function is deleted stays as it is. */
    Future<Source> setPaused(String owner, String ref, boolean paused, Preconditions conditions, Origin origin) {
        return change(
                owner,
                ref,
                conditions,
                origin,
                paused ? "pause" : "resume",
                (change, before) -> Future.succeededFuture(
                        before.state() == TriggerState.FUNCTION_DELETED
                                ? before
                                : before.with(TriggerState.of(paused))));
    }

    /** Makes the next state. */
    private interface Step {
        Future<Source> apply(Change change, Source before);
    }

    /** Stores it unless it is the same. */
    private Future<Source> change(
            String owner, String ref, Preconditions conditions, Origin origin, String verb, Step step) {
        return store.change(
                        owner,
                        change -> lock(change, ref, conditions)
                                .compose(before -> step.apply(change, before).compose(after -> {
                                    if (after.equals(before)) {
                                        return Future.succeededFuture(before);
                                    }
                                    var changed = after.changed(now());
                                    return change.update(changed)
                                            .compose(updated -> change.audit(entry(changed, origin, verb)))
                                            .map(changed)
                                            .onSuccess(stored -> log("source changed action=" + verb, stored));
                                })))
                .compose(this::withConsumer);
    }

    Future<Void> delete(String owner, String ref, Preconditions conditions, Origin origin) {
        return store.change(
                        owner,
                        change -> lock(change, ref, conditions)
                                .compose(source -> change.delete(source)
                                        .compose(deleted -> change.audit(entry(source, origin, "delete")))
                                        .map(source)))
                .onSuccess(source -> log("source deleted", source))
                .compose(source -> whenNatsAnswers(source, consumers.delete(source.id())))
                .mapEmpty();
    }

    private Future<Source> withConsumer(Source source) {
        return source.state() == TriggerState.FUNCTION_DELETED
                ? Future.succeededFuture(source)
                : whenNatsAnswers(
                        source,
                        consumers.ensureLasting(
                                source.id(),
                                Subjects.inbox(source.owner(), source.spec().subject()),
                                source.spec().maxInFlight()));
    }

    private static Future<Source> whenNatsAnswers(Source source, CompletionStage<Void> change) {
        return Future.fromCompletionStage(change, Vertx.currentContext())
                .timeout(LONGEST_WAIT_MILLIS, TimeUnit.MILLISECONDS)
                .recover(failure -> {
                    LOG.warn(
                            "consumer of a source not changed yet source={} cause={}", source.id(), failure.toString());
                    return Future.succeededFuture();
                })
                .map(source);
    }

    private static Future<Source> lock(Change change, String ref, Preconditions conditions) {
        return change.lock(ref).map(found -> {
            var source = found.orElseThrow(() -> notFound(ref));
            conditions.check(THING, source.version());
            return source;
        });
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static AuditEntry entry(Source source, Origin origin, String verb) {
        return AuditEntry.done(
                        origin,
                        "source." + verb,
                        source.id(),
                        new JsonObject()
                                .put("name", source.spec().name())
                                .put("function", source.function().byId())
                                .put("subject", source.spec().subject())
                                .put("state", source.state().text()))
                .inProject(source.owner());
    }

    private static void log(String event, Source source) {
        LOG.info(
                "{} source={} name={} owner={}",
                event,
                source.id(),
                source.spec().name(),
                source.owner());
    }

    static RuntimeException notFound(String ref) {
        return Problem.of(404, "source_not_found", "Source not found", "You have no source '" + ref + "'.")
                .asException();
    }
}
