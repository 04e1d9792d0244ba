package dev.faas.registry.hook;

import dev.faas.hook.HookSpec;
import dev.faas.wire.FunctionRef;
import java.util.List;
import java.util.Optional;

/**
 * A hook as its user wrote it.
 *
 * @param secrets of the signature; empty: the stored ones
 */
record Definition(HookSpec spec, FunctionRef function, Optional<List<String>> secrets, boolean paused) {
    /** Without the secrets. */
    @Override
    public String toString() {
        return spec.toString();
    }
}
