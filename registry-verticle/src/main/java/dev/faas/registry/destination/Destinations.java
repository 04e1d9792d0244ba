package dev.faas.registry.destination;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.Origin;
import dev.faas.destination.DestinationSecrets;
import dev.faas.destination.DestinationSpec;
import dev.faas.outgoing.OutgoingUrl;
import dev.faas.quota.Quota;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.destination.Destination.Health;
import dev.faas.registry.destination.DestinationStore.Change;
import dev.faas.registry.function.Preconditions;
import dev.faas.webhook.WebhookSecret;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates, changes and deletes destinations. One of another user does not exist. */
final class Destinations {
    private static final Logger LOG = LoggerFactory.getLogger(Destinations.class);
    private static final String THING = "destination";

    private final DestinationStore store;
    private final QuotaSettings quotas;
    private final InstantSource clock;

    Destinations(DestinationStore store, QuotaSettings quotas, InstantSource clock) {
        this.store = store;
        this.quotas = quotas;
        this.clock = clock;
    }

    /**
     * Fails with 404 {@code function_not_found}, 409 {@code name_taken}, 422 {@code destination_loop} or 429
     * {@code quota_exceeded}.
     */
    Future<Destination> create(String owner, Definition written, Origin origin) {
        return store.change(
                        owner,
                        change -> resolve(change, written).compose(definition -> {
                            var destination = create(owner, definition);
                            return insert(change, destination)
                                    .compose(inserted -> requireRoom(change))
                                    .compose(room -> change.audit(entry(destination, origin, "destination.create")))
                                    .map(destination);
                        }))
                .onSuccess(destination -> log("destination created", destination));
    }

    private Destination create(String owner, Definition definition) {
        var now = now();
        return new Destination(
                Ids.destination(now),
                owner,
                1,
                definition.spec(),
                !definition.isWebhook()
                        ? DestinationSecrets.NONE
                        : DestinationSecrets.of(
                                definition.secret().orElseGet(WebhookSecret::create),
                                definition.headers().orElse(Map.of())),
                definition.enabled().orElse(true) ? null : Destination.BY_USER,
                Health.GOOD,
                new Destination.Times(now, now));
    }

    private static Future<Void> insert(Change change, Destination destination) {
        return change.insert(destination).map(inserted -> {
            if (!inserted) {
                throw Problem.nameTaken(THING, destination.spec().name()).asException();
            }
            return null;
        });
    }

    /** With its function, whose calls do not come around. */
    private static Future<Definition> resolve(Change change, Definition definition) {
        if (definition.call().isEmpty()) {
            return Future.succeededFuture(definition);
        }
        var call = definition.call().get();
        return change.lockFunction(call.function()).compose(function -> {
            var spec = definition.spec().with(call.to(function));
            return change.findCalls().map(stored -> {
                var others = stored.stream()
                        .filter(other -> !other.name().equals(spec.name()))
                        .toList();
                Loops.find(spec, others).ifPresent(names -> {
                    throw Loops.problem(names).asException();
                });
                return definition.with(spec);
            });
        });
    }

    private Future<Void> requireRoom(Change change) {
        return change.usage().map(usage -> {
            long most = quotas.of(usage.overrides()).of(Quota.Limit.DESTINATIONS);
            if (usage.waiting().destinations() > most) {
                throw Problem.tooMany(most, "destinations").asException();
            }
            return null;
        });
    }

    Future<Destination> get(String owner, String ref) {
        return store.find(owner, ref).map(found -> found.orElseThrow(() -> notFound(ref)));
    }

    /** @param next makes the definition of the stored destination */
    Future<Destination> replace(
            String owner, String ref, Preconditions conditions, Function<Destination, Definition> next, Origin origin) {
        return change(
                owner,
                ref,
                conditions,
                (change, before) -> resolve(change, next.apply(before)).map(definition -> replace(before, definition)),
                origin,
                "update");
    }

    private static Destination replace(Destination before, Definition definition) {
        var headers = definition.headers().orElse(before.secrets().headers());
        if (definition.headers().isEmpty() && !headers.isEmpty() && !definition.hasOriginOf(before)) {
            throw headersRequired().asException();
        }
        var secrets = definition
                .secret()
                .filter(secret -> !secret.text().equals(before.secrets().newest()))
                .map(secret -> DestinationSecrets.of(secret, headers))
                .orElseGet(() -> before.secrets().withHeaders(headers));
        boolean isSameReceiver = definition.spec().url().equals(before.spec().url())
                && Objects.equals(definition.spec().function(), before.spec().function())
                && Objects.equals(definition.spec().subject(), before.spec().subject());
        var after = new Destination(
                before.id(),
                before.owner(),
                before.version(),
                definition.spec(),
                secrets,
                before.disabled(),
                isSameReceiver ? before.health() : Health.GOOD,
                before.times());
        boolean enabled = definition.enabled().orElse(before.isEnabled());
        if (enabled == before.isEnabled()) {
            return after;
        }
        return enabled ? after.enabled() : after.disabledByUser();
    }

    /** @param overlap how long the old secret signs, too */
    Future<Destination> rotate(String owner, String ref, Duration overlap, Origin origin) {
        return change(
                owner,
                ref,
                Preconditions.NONE,
                (change, before) -> Future.succeededFuture(rotated(before, overlap)),
                origin,
                "rotate");
    }

    private Destination rotated(Destination before, Duration overlap) {
        if (!before.spec().sendsRequests()) {
            throw Problem.invalid("", "Only a webhook has a secret to rotate.").asException();
        }
        return before.with(before.secrets().rotated(WebhookSecret.create(), now(), now().plus(overlap)));
    }

    Future<Destination> enable(String owner, String ref, Origin origin) {
        return change(
                owner,
                ref,
                Preconditions.NONE,
                (change, before) -> Future.succeededFuture(before.enabled()),
                origin,
                "enable");
    }

    Future<Destination> disable(String owner, String ref, Origin origin) {
        return change(
                owner,
                ref,
                Preconditions.NONE,
                (change, before) -> Future.succeededFuture(before.isEnabled() ? before.disabledByUser() : before),
                origin,
                "disable");
    }

    /** Stores it unless it is the same. */
    private Future<Destination> change(
            String owner,
            String ref,
            Preconditions conditions,
            BiFunction<Change, Destination, Future<Destination>> work,
            Origin origin,
            String verb) {
        return store.change(
                owner,
                change -> lock(change, ref, conditions)
                        .compose(before -> work.apply(change, before).compose(after -> {
                            if (after.equals(before)) {
                                return Future.succeededFuture(before);
                            }
                            var changed = after.changed(now());
                            return change.update(changed)
                                    .compose(updated -> change.audit(entry(changed, origin, "destination." + verb)))
                                    .map(changed)
                                    .onSuccess(stored -> log("destination changed action=" + verb, stored));
                        })));
    }

    Future<Void> delete(String owner, String ref, Preconditions conditions, Origin origin) {
        return store.change(
                owner,
                change -> lock(change, ref, conditions)
                        .compose(destination -> change.delete(destination)
                                .compose(deleted -> change.audit(entry(destination, origin, "destination.delete")))
                                .onSuccess(deleted -> log("destination deleted", destination))));
    }

    private static Future<Destination> lock(Change change, String ref, Preconditions conditions) {
        return change.lock(ref).map(found -> {
            var destination = found.orElseThrow(() -> notFound(ref));
            conditions.check(THING, destination.version());
            return destination;
        });
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Of the URL the host only: the rest may be secret. */
    private static AuditEntry entry(Destination destination, Origin origin, String action) {
        return AuditEntry.done(
                        origin,
                        action,
                        destination.id(),
                        target(destination.spec())
                                .put("name", destination.spec().name())
                                .put(
                                        "events",
                                        new JsonArray(
                                                destination.spec().selection().events()))
                                .put("enabled", destination.isEnabled()))
                .inProject(destination.owner());
    }

    private static JsonObject target(DestinationSpec spec) {
        var function = spec.function();
        var subject = spec.subject();
        if (subject != null) {
            return new JsonObject().put("subject", subject.name());
        }
        return function == null
                ? new JsonObject().put("host", OutgoingUrl.parse(spec.url()).host())
                : new JsonObject().put("function", function.id());
    }

    private static void log(String event, Destination destination) {
        LOG.info(
                "{} destination={} name={} owner={}",
                event,
                destination.id(),
                destination.spec().name(),
                destination.owner());
    }

    /** Someone who may change a destination must not learn them. */
    private static Problem headersRequired() {
        return Problem.of(
                422,
                "headers_required",
                "Headers required",
                "The headers of this destination may be secrets of its receiver, so they do not go to another one. Give"
                        + " 'headers' together with the new URL; {} is none.");
    }

    static RuntimeException notFound(String ref) {
        return Problem.of(
                        404, "destination_not_found", "Destination not found", "You have no destination '" + ref + "'.")
                .asException();
    }
}
