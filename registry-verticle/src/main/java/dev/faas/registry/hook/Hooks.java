package dev.faas.registry.hook;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.Origin;
import dev.faas.hook.PublishedHook.PathSecret;
import dev.faas.hook.SealedSecrets;
import dev.faas.quota.Quota;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.Preconditions;
import dev.faas.registry.function.TriggerState;
import dev.faas.registry.hook.Hook.Access;
import dev.faas.registry.hook.HookStore.Change;
import dev.faas.seal.SealingKey;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import dev.faas.wire.Sha256;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates, changes and deletes hooks, and tells gateways of them. One of another user does not exist. */
final class Hooks {
    private static final Logger LOG = LoggerFactory.getLogger(Hooks.class);
    private static final String THING = "hook";
    private static final int SECRET_BYTES = 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final HookStore store;
    private final HookBucket bucket;
    private final QuotaSettings quotas;
    private final Optional<SealingKey> key;
    private final InstantSource clock;

    /** @param key of gateways; empty: no signatures can be verified */
    Hooks(HookStore store, HookBucket bucket, QuotaSettings quotas, Optional<SealingKey> key, InstantSource clock) {
        this.store = store;
        this.bucket = bucket;
        this.quotas = quotas;
        this.key = key;
        this.clock = clock;
    }

    /**
     * A hook after a change.
     *
     * @param secret of a new address, which nothing has stored; null: the address is as before
     * @param sequence of the bucket, which has this state; empty: it will have it soon
     */
    record Changed(Hook hook, @Nullable String secret, Optional<Long> sequence) {
        @Override
        public String toString() {
            return hook.toString();
        }
    }

    /** Fails with 404 {@code function_not_found}, 409 {@code name_taken} or 429 {@code quota_exceeded}. */
    Future<Changed> create(String owner, Definition definition, Origin origin) {
        var now = now();
        var id = Ids.hook(now);
        var secret = newSecret();
        var secrets = definition.secrets().map(texts -> seal(owner, id, texts)).orElse(null);
        return store.change(
                        owner,
                        change -> change.lockFunction(definition.function()).compose(function -> {
                            var hook = new Hook(
                                    id,
                                    owner,
                                    function,
                                    1,
                                    definition.spec(),
                                    new Access(secrets, path(secret), null),
                                    TriggerState.of(definition.paused()),
                                    new Hook.Times(now, now));
                            return change.insert(hook).compose(inserted -> {
                                if (!inserted) {
                                    throw Problem.nameTaken(
                                                    THING, definition.spec().name())
                                            .asException();
                                }
                                return requireRoom(change)
                                        .compose(room -> change.audit(entry(hook, origin, "create")))
                                        .map(hook);
                            });
                        }))
                .onSuccess(hook -> log("hook created", hook))
                .compose(hook -> publish(hook.id()).map(sequence -> new Changed(hook, secret, sequence)));
    }

    private Future<Void> requireRoom(Change change) {
        return change.usage().map(usage -> {
            long most = quotas.of(usage.overrides()).of(Quota.Limit.HOOKS);
            if (usage.waiting().hooks() > most) {
                throw Problem.tooMany(most, "hooks").asException();
            }
            return null;
        });
    }

    Future<Hook> get(String owner, String ref) {
        return store.find(owner, ref).map(found -> found.orElseThrow(() -> notFound(ref)));
    }

    /** @param next makes the definition of the stored hook */
    Future<Changed> replace(
            String owner, String ref, Preconditions conditions, Function<Hook, Definition> next, Origin origin) {
        return change(owner, ref, conditions, origin, "update", (change, before) -> {
            var definition = next.apply(before);
            return change.lockFunction(definition.function()).map(function -> {
                var access = before.access();
                if (!definition.spec().signature().hasSecrets()) {
                    access = access.with(null);
                } else if (definition.secrets().isPresent()) {
                    access = access.with(
                            seal(owner, before.id(), definition.secrets().get()));
                }
                return new Hook(
                        before.id(),
                        owner,
                        function,
                        before.version(),
                        definition.spec(),
                        access,
                        TriggerState.of(definition.paused()),
                        before.times());
            });
        });
    }

    /** @param overlap how long the old address holds, too */
    Future<Changed> rotate(String owner, String ref, Duration overlap, Origin origin) {
        var secret = newSecret();
        return change(
                        owner,
                        ref,
                        Preconditions.NONE,
                        origin,
                        "rotate",
                        (change, before) -> Future.succeededFuture(
                                before.with(before.access().rotated(path(secret), now().plus(overlap)))))
                .map(changed -> new Changed(changed.hook(), secret, changed.sequence()));
    }

    /** One whose function is deleted stays as it is. */
    Future<Changed> setPaused(String owner, String ref, boolean paused, Preconditions conditions, Origin origin) {
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
        Future<Hook> apply(Change change, Hook before);
    }

    /** Stores it unless it is the same. */
    private Future<Changed> change(
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
                                            .onSuccess(stored -> log("hook changed action=" + verb, stored));
                                })))
                .compose(hook -> publish(hook.id()).map(sequence -> new Changed(hook, null, sequence)));
    }

    /** Returns the bucket's revision without the hook. */
    Future<Optional<Long>> delete(String owner, String ref, Preconditions conditions, Origin origin) {
        return store.change(
                        owner,
                        change -> lock(change, ref, conditions)
                                .compose(hook -> change.delete(hook)
                                        .compose(deleted -> change.audit(entry(hook, origin, "delete")))
                                        .map(hook)))
                .onSuccess(hook -> log("hook deleted", hook))
                .compose(hook -> publish(hook.id()));
    }

    private static Future<Hook> lock(Change change, String ref, Preconditions conditions) {
        return change.lock(ref).map(found -> {
            var hook = found.orElseThrow(() -> notFound(ref));
            conditions.check(THING, hook.version());
            return hook;
        });
    }

    /** What cannot be written now stays in the outbox: the change is stored, and its answer has an address that comes once. */
    private Future<Optional<Long>> publish(String id) {
        return bucket.write(id).map(Optional::of).recover(failure -> {
            LOG.warn("hook not published yet hook={} cause={}", id, failure.getMessage());
            return Future.succeededFuture(Optional.empty());
        });
    }

    private SealedSecrets seal(String owner, String id, List<String> secrets) {
        var sealing = key.orElseThrow(() -> Problem.forbidden(
                        "This platform verifies no signatures of hooks: its operator has to give the registry and the"
                                + " gateways a key pair (FAAS_HOOK_SEAL_PUBLIC_FILE, FAAS_HOOK_SEAL_PRIVATE_FILE).")
                .asException());
        return SealedSecrets.seal(sealing, owner, id, secrets);
    }

    private static String newSecret() {
        var bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static PathSecret path(String secret) {
        return new PathSecret(Sha256.hex(secret), null);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static AuditEntry entry(Hook hook, Origin origin, String verb) {
        return AuditEntry.done(
                        origin,
                        "hook." + verb,
                        hook.id(),
                        new JsonObject()
                                .put("name", hook.spec().name())
                                .put("function", hook.function().byId())
                                .put("scheme", hook.spec().signature().scheme().name())
                                .put("state", hook.state().text()))
                .inProject(hook.owner());
    }

    private static void log(String event, Hook hook) {
        LOG.info("{} hook={} name={} owner={}", event, hook.id(), hook.spec().name(), hook.owner());
    }

    static RuntimeException notFound(String ref) {
        return Problem.of(404, "hook_not_found", "Hook not found", "You have no hook '" + ref + "'.")
                .asException();
    }
}
