package dev.faas.spawner.docker.init;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * What init is told to run.
 *
 * @param nonce made for this run
 * @param reuse reset the sandbox afterwards and wait for another run
 * @param notAfterMicros on init's own clock, see {@link InitClock}; later than that the command is not started
 * @param timeout from the start of the command to the stop signal; zero: none
 * @param grace from the stop signal to SIGKILL; zero: SIGKILL at once
 * @param stopSignal 1 to 64
 * @param variables added to the container's environment, instead of what has the same name there
 * @param argument the last element of the command line
 */
public record RunFrame(
        Nonce nonce,
        boolean reuse,
        long notAfterMicros,
        Duration timeout,
        Duration grace,
        int stopSignal,
        Map<String, String> variables,
        String argument) {

    public static final int SIGTERM = 15;
    private static final int SIGRTMAX = 64;
    private static final int MOST_VARIABLES = 0xffff;

    public RunFrame {
        variables = Map.copyOf(variables);
        if (stopSignal < 1 || stopSignal > SIGRTMAX) {
            throw new IllegalArgumentException("stop signal " + stopSignal);
        }
        if (timeout.isNegative() || grace.isNegative()) {
            throw new IllegalArgumentException("timeout " + timeout + ", grace " + grace);
        }
        if (variables.size() > MOST_VARIABLES) {
            throw new IllegalArgumentException(variables.size() + " variables");
        }
        variables.forEach(RunFrame::check);
        if (argument.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("an argument of a command line holds no NUL");
        }
    }

    private static void check(String name, String value) {
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0 || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("no variable of an environment: " + name);
        }
    }

    byte[] argumentBytes() {
        return argument.getBytes(StandardCharsets.UTF_8);
    }
}
