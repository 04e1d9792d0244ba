package dev.faas.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
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

    /** Why a file cannot be read or written, in a person's words. */
    public static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such file";
            case AccessDeniedException denied -> "permission denied";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> String.valueOf(e.getMessage());
        };
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
