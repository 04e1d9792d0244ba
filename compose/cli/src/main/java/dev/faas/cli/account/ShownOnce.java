package dev.faas.cli.account;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import java.util.List;

/** Prints a key or a code: alone on standard output, so that a script can take it. {@code -q} and {@code -o} do not hide it. */
public final class ShownOnce {
    private ShownOnce() {}

    /**
     * @param field of the answer that has it
     * @param note what it is for
     */
    public static void print(Session session, Doc answer, String field, String note) {
        session.output().document(answer, doc -> doc.text(field), () -> List.of(answer.text(field)));
        session.output().note(note + " It is shown only once: store it now.");
    }
}
