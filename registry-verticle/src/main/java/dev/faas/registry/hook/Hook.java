package dev.faas.registry.hook;

import dev.faas.hook.HookSpec;
import dev.faas.hook.PublishedHook;
import dev.faas.hook.PublishedHook.PathSecret;
import dev.faas.hook.SealedSecrets;
import dev.faas.registry.function.FunctionTarget;
import dev.faas.registry.function.TriggerState;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A hook as it is stored.
 *
 * @param version of the definition
 */
record Hook(
        String id,
        String owner,
        FunctionTarget function,
        int version,
        HookSpec spec,
        Access access,
        TriggerState state,
        Times times) {
    /**
     * What a sender has to know, of which nothing can be read here.
     *
     * @param secrets null: requests are not signed
     * @param old the secret of the address before the last rotation
     */
    record Access(
            @Nullable SealedSecrets secrets,
            PathSecret path,
            @Nullable PathSecret old) {
        Access with(@Nullable SealedSecrets others) {
            return new Access(others, path, old);
        }

        /** @param until the one before holds, too */
        Access rotated(PathSecret next, Instant until) {
            return new Access(secrets, next, new PathSecret(path.sha256(), until));
        }
    }

    record Times(Instant createdAt, Instant updatedAt) {}

    Hook with(Access other) {
        return new Hook(id, owner, function, version, spec, other, state, times);
    }

    Hook with(TriggerState other) {
        return new Hook(id, owner, function, version, spec, access, other, times);
    }

    Hook changed(Instant now) {
        return new Hook(id, owner, function, version + 1, spec, access, state, new Times(times.createdAt, now));
    }

    PublishedHook toPublished() {
        return new PublishedHook(
                owner,
                new PublishedHook.Target(function.id(), function.revision()),
                spec,
                access.secrets,
                access.old == null ? List.of(access.path) : List.of(access.path, Objects.requireNonNull(access.old)),
                state == TriggerState.PAUSED);
    }
}
