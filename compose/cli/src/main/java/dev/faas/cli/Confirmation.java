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
        if (!session.terminal().in() || !session.terminal().err()) {
            throw Failure.usage("there is no terminal to ask on", "To go on without a question: --yes");
        }
        session.output().streams().err(question + " [y/N] ");
        var answer = new StringBuilder();
        for (int c; (c = System.in.read()) >= 0 && c != '\n'; ) {
            answer.append((char) c);
        }
        var word = answer.toString().strip().toLowerCase(Locale.ROOT);
        if (!word.equals("y") && !word.equals("yes")) {
            throw new Failure(Exit.INTERRUPTED, "nothing was done");
        }
    }
}
