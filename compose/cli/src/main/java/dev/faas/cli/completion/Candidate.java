package dev.faas.cli.completion;

/** A word that could be meant.
 *
 * @param description may be empty
 */
record Candidate(String word, String description) {
    /** Asks the shell for names of files. */
    static final Candidate FILES = new Candidate(":files", "");

    static Candidate of(String word) {
        return new Candidate(word, "");
    }

    /** Shells read lines; a text of others must not add one. */
    String line() {
        return clean(word) + (description.isEmpty() ? "" : "\t" + clean(description));
    }

    private static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
