package dev.faas.cli;

import java.io.IOException;
import java.util.Locale;

/** Asks before something is lost: on a terminal; in a pipe, a flag must have said yes. */
public final class Confirmation {
    private Confirmation() {}

    /** @throws Failure when the answer is not yes */
    public static void require(Session session, String question, boolean yes) throws IOException {
        if (yes) {
            return;
        }
        var word = session.ask(question + " [y/N] ", "To go on without a question: --yes")
                .toLowerCase(Locale.ROOT);
        if (!word.equals("y") && !word.equals("yes")) {
            throw new Failure(Exit.INTERRUPTED, "nothing was done");
        }
    }
}
