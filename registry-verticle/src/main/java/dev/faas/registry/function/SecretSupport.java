package dev.faas.registry.function;

import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Problem;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Refuses functions with secrets while a spawner is alive whose version ignores them: it would start them without. */
public final class SecretSupport {
    private static final int RETRY_SECONDS = 30;

    private final Supplier<List<SpawnerHeartbeat>> heartbeats;

    /** @param heartbeats of spawners that are alive */
    public SecretSupport(Supplier<List<SpawnerHeartbeat>> heartbeats) {
        this.heartbeats = heartbeats;
    }

    /** Fails with 503 {@code unavailable}. */
    FunctionSpec require(FunctionSpec spec) {
        if (spec.secrets().isEmpty()) {
            return spec;
        }
        var without = heartbeats.get().stream()
                // Heartbeats have had budgets since the version that has secrets.
                .filter(beat -> beat.budget() == null)
                .map(SpawnerHeartbeat::spawner)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!without.isEmpty()) {
            throw Problem.of(
                            503,
                            "unavailable",
                            "Temporarily unavailable",
                            "Functions cannot have secrets yet: the version of a spawner has none (" + without
                                    + "). Nothing was stored. Those who run the platform must upgrade it. Then try again.")
                    .withRetryAfter(RETRY_SECONDS)
                    .asException();
        }
        return spec;
    }
}
