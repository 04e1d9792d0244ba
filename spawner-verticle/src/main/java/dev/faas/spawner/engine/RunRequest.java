package dev.faas.spawner.engine;

import dev.faas.activation.RunSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * What one attempt adds to a {@link SandboxSpec}.
 *
 * @param argument last element of the command line, to the byte
 * @param variables added to the environment, instead of the function's and the image's of the same name
 * @param timeout of the command, from its start; then SIGTERM
 * @param grace between SIGTERM and SIGKILL, after a timeout or a cancel
 * @param startWithin of now; later the command is not started: somebody else may have its activation by then
 */
public record RunRequest(
        String activationId,
        String argument,
        Map<String, String> variables,
        Duration timeout,
        Duration grace,
        Duration startWithin) {

    public RunRequest {
        variables = Map.copyOf(variables);
        if (argument.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("an argument of a command line holds no NUL");
        }
        if (argument.getBytes(StandardCharsets.UTF_8).length > RunSpec.MAX_ARGUMENT_BYTES) {
            throw new IllegalArgumentException("the argument has more than " + RunSpec.MAX_ARGUMENT_BYTES + " bytes");
        }
        if (!timeout.isPositive() || grace.isNegative()) {
            throw new IllegalArgumentException("timeout " + timeout + ", grace " + grace);
        }
    }
}
