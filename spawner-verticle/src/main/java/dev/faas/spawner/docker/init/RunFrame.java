package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.SecretValues;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Describes a run to init.
 *
 * @param nonce random, for this run only
 * @param reuse reset the sandbox afterwards and wait for another run
 * @param stopSignal 1 to 64
 * @param variables added to the container's environment; they replace variables of the same name, also of the secrets
 * @param argument the last element of the command line; null: none
 */
public record RunFrame(
        Nonce nonce,
        boolean reuse,
        Timing timing,
        int stopSignal,
        Map<String, String> variables,
        SecretValues secrets,
        @Nullable String argument) {

    /**
     * @param notAfterMicros on init's clock ({@link InitClock}): later than that, init does not start the command
     * @param timeout from the start of the command to the stop signal; zero: none
     * @param grace from the stop signal to SIGKILL; zero: SIGKILL at once
     */
    public record Timing(long notAfterMicros, Duration timeout, Duration grace) {
        public Timing {
            if (timeout.isNegative() || grace.isNegative()) {
                throw new IllegalArgumentException("negative timeout " + timeout + " or grace " + grace);
            }
        }
    }

    public static final int SIGTERM = 15;
    private static final int SIGRTMAX = 64;
    private static final int MAX_VARIABLES = 0xffff;

    /** Without secrets. */
    public RunFrame(
            Nonce nonce,
            boolean reuse,
            Timing timing,
            int stopSignal,
            Map<String, String> variables,
            @Nullable String argument) {
        this(nonce, reuse, timing, stopSignal, variables, SecretValues.NONE, argument);
    }

    public RunFrame {
        variables = Map.copyOf(variables);
        if (stopSignal < 1 || stopSignal > SIGRTMAX) {
            throw new IllegalArgumentException("stop signal " + stopSignal + " is not between 1 and 64");
        }
        if (variables.size() > MAX_VARIABLES) {
            throw new IllegalArgumentException(variables.size() + " variables, more than " + MAX_VARIABLES);
        }
        variables.forEach(RunFrame::check);
        if (argument != null && argument.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the argument has a NUL, which no command line can hold");
        }
    }

    private static void check(String name, String value) {
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0 || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("no environment can hold the variable '" + name + "' or its value");
        }
    }

    byte[] argumentBytes() {
        return argument == null ? new byte[0] : argument.getBytes(StandardCharsets.UTF_8);
    }
}
