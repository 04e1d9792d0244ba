package dev.faas.spawner.engine;

import dev.faas.activation.RunSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * Asks a sandbox to run one attempt.
 *
 * @param argument last element of the command line, passed unchanged, if the sandbox's program takes one
 * @param variables added to the environment; they replace variables of the same name
 * @param secrets their variables are added too
 * @param timeout of the command, from its start; then SIGTERM
 * @param grace between SIGTERM and SIGKILL, after a timeout or a cancellation
 * @param startWithin counted from now; later the command is not started, because its activation may run elsewhere
 */
public record RunRequest(
        String activationId,
        String argument,
        Map<String, String> variables,
        SecretValues secrets,
        Duration timeout,
        Duration grace,
        Duration startWithin) {
    /** Without secrets. */
    public RunRequest(
            String activationId,
            String argument,
            Map<String, String> variables,
            Duration timeout,
            Duration grace,
            Duration startWithin) {
        this(activationId, argument, variables, SecretValues.NONE, timeout, grace, startWithin);
    }

    public RunRequest {
        variables = Map.copyOf(variables);
        if (argument.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the argument contains a NUL, which a command line cannot");
        }
        if (argument.getBytes(StandardCharsets.UTF_8).length > RunSpec.MAX_ARGUMENT_BYTES) {
            throw new IllegalArgumentException("the argument has more than " + RunSpec.MAX_ARGUMENT_BYTES + " bytes");
        }
        if (!timeout.isPositive() || grace.isNegative()) {
            throw new IllegalArgumentException(
                    "timeout must be positive and grace not negative: " + timeout + ", " + grace);
        }
    }
}
