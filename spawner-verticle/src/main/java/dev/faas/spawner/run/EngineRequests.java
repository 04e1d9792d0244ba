package dev.faas.spawner.run;

import dev.faas.activation.Activation.Batch;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.Activation.Trigger;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.RunSpec;
import dev.faas.spawner.engine.RunRequest;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.SandboxSpec.Limits;
import dev.faas.spawner.engine.SandboxSpec.Network;
import dev.faas.spawner.engine.SandboxSpec.Program;
import dev.faas.spawner.engine.SecretValues;
import dev.faas.spawner.pool.PoolKey;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.SecretRef;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Translates a function and an accepted activation into requests to the container engine. */
public final class EngineRequests {
    private EngineRequests() {}

    public static PoolKey poolKey(FunctionRevision function) {
        var key = new FunctionKey(function.id(), function.spec().name(), function.revision());
        return new PoolKey(function.owner(), sandboxSpec(key, function.spec()));
    }

    static PoolKey poolKey(Running running, RunSpec runSpec) {
        var activation = running.activation();
        return new PoolKey(activation.owner(), sandboxSpec(activation.function(), runSpec.spec()));
    }

    public static SandboxSpec sandboxSpec(FunctionKey function, FunctionSpec spec) {
        var limits = spec.limits();
        return new SandboxSpec(
                function.id() + "@" + function.revision(),
                new Program(
                        spec.image(),
                        spec.entrypoint(),
                        spec.command(),
                        spec.env(),
                        switch (spec.argumentAs()) {
                            case LAST -> true;
                            case NONE -> false;
                        },
                        hasSecretFiles(spec),
                        spec.byAdmin()),
                new Limits(limits.memoryMb(), limits.cpus(), limits.pids()),
                switch (spec.network()) {
                    case NONE -> Network.NONE;
                    case OUTBOUND -> Network.OUTBOUND;
                },
                spec.readOnlyRoot(),
                spec.mode());
    }

    private static boolean hasSecretFiles(FunctionSpec spec) {
        return spec.secrets().stream()
                .flatMap(text -> SecretRef.parse(text).stream())
                .anyMatch(secret -> secret.variable() == null);
    }

    /**
     * @param grace between SIGTERM and SIGKILL
     * @param now when the command is about to start
     * @param lease what remains of it: after that the activation may run on another spawner
     */
    static RunRequest runRequest(
            Running running, RunSpec runSpec, SecretValues secrets, Duration grace, Instant now, Duration lease) {
        var timeout = Duration.ofSeconds(running.activation().timeoutSeconds());
        var variables = new TreeMap<>(triggerVariables(running.activation().trigger()));
        variables.putAll(runSpec.variables());
        variables.putAll(batchVariables(running.activation().batch()));
        // Also a secret may have the name.
        variables.keySet().removeAll(runSpec.spec().env().keySet());
        variables.keySet().removeAll(secrets.variables().keySet());
        variables.putAll(Map.of(
                "FAAS_ACTIVATION_ID", running.id(),
                "FAAS_FUNCTION", running.activation().function().name(),
                "FAAS_ATTEMPT", Integer.toString(running.attempt()),
                "FAAS_DEADLINE",
                        now.plus(timeout).truncatedTo(ChronoUnit.MILLIS).toString()));
        return new RunRequest(running.id(), runSpec.argument(), variables, secrets, timeout, grace, lease);
    }

    private static Map<String, String> batchVariables(@Nullable Batch batch) {
        if (batch == null) {
            return Map.of();
        }
        var variables = new TreeMap<>(Map.of(
                "FAAS_BATCH_ID", batch.id(),
                "FAAS_BATCH_INDEX", Integer.toString(batch.index())));
        if (batch.size() != null) {
            variables.put("FAAS_BATCH_SIZE", batch.size().toString());
        }
        return variables;
    }

    private static Map<String, String> triggerVariables(@Nullable Trigger trigger) {
        if (trigger == null) {
            return Map.of();
        }
        var variables = new TreeMap<>(Map.of("FAAS_TRIGGER", trigger.type(), "FAAS_TRIGGER_ID", trigger.id()));
        if (trigger.type().equals(Trigger.SCHEDULE)) {
            variables.put("FAAS_SCHEDULED_AT", trigger.key());
        }
        return variables;
    }
}
