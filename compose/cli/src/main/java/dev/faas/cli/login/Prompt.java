package dev.faas.cli.login;

import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks for a name and a password: on a terminal, the password without echo; in a pipe, only what flags allow. */
final class Prompt {
    /** More than a password or a token ever has. */
    private static final int MAX_BYTES = 1 << 16;

    private final Session session;

    Prompt(Session session) {
        this.session = session;
    }

    String username(@Nullable String given) throws IOException {
        if (given != null) {
            return given;
        }
        return session.ask("Username: ", "Give it by --username.");
    }

    /** @param twice for a new password */
    String password(boolean fromInput, boolean twice) throws IOException {
        if (fromInput) {
            return input();
        }
        return hidden("Password", twice);
    }

    /** Asks for a password without echo.
     *
     * @param twice for a new one
     */
    String hidden(String what, boolean twice) {
        var advice = "Give it by --password-stdin.";
        var password = session.askHidden(what + ": ", advice);
        if (twice && !password.equals(session.askHidden(what + " again: ", advice))) {
            throw Failure.usage("the two passwords differ");
        }
        return password;
    }

    /** Standard input without the line end that {@code echo} adds. */
    static String input() throws IOException {
        var bytes = System.in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw Failure.usage("standard input has more than %d bytes".formatted(MAX_BYTES));
        }
        return new String(bytes, StandardCharsets.UTF_8).replaceAll("\r?\n$", "");
    }

    /** @param what they are, in this order */
    static List<String> twoLines(String what) throws IOException {
        var lines = input().split("\r?\n", -1);
        if (lines.length != 2) {
            throw Failure.usage("standard input must have two lines: " + what);
        }
        return List.of(lines);
    }
}
