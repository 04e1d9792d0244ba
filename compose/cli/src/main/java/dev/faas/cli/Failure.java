package dev.faas.cli;

import java.util.List;

/** Ends a command with an exit code and a text for the user: what happened, then lines that say what to do. */
public class Failure extends RuntimeException {
    private final int exit;
    private final transient List<String> advice;

    public Failure(int exit, String message, String... advice) {
        this(exit, message, List.of(advice), null);
    }

    public Failure(int exit, String message, List<String> advice, @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
        this.exit = exit;
        this.advice = List.copyOf(advice);
    }

    public static Failure usage(String message, String... advice) {
        return new Failure(Exit.USAGE, message, advice);
    }

    public int exit() {
        return exit;
    }

    public List<String> advice() {
        return advice;
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}
