package dev.faas.cli.definition;

import dev.faas.cli.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Splits a text into words as a shell does: blanks separate, quotes and backslashes keep together; nothing is expanded. */
final class ShellWords {
    private static final String OPERATORS = ";|&<>";
    private static final String SAFE = "-_./:=,@%+";

    private ShellWords() {}

    static List<String> split(String flag, String text) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < text.length() && isEscaped(text.charAt(i + 1), quote)) {
                word.append(text.charAt(++i));
                inWord = true;
            } else if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
                inWord = true;
            } else if (quote == 0 && OPERATORS.indexOf(c) >= 0) {
                throw Failure.usage(
                        "%s: no shell runs here, and '%c' means something to a shell".formatted(flag, c),
                        "Quote it; or run a script: --entrypoint 'sh -c' %s \"'…; …'\"".formatted(flag));
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw Failure.usage("%s: a quote is not closed: %s".formatted(flag, text));
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    private static boolean isEscaped(char c, char quote) {
        return quote == 0 || c == '"' || c == '\\' || c == '$' || c == '`';
    }

    /** In the form that {@link #split} reads. */
    static String join(List<?> words) {
        return words.stream().map(word -> quote(String.valueOf(word))).collect(Collectors.joining(" "));
    }

    static String quote(String word) {
        boolean safe = !word.isEmpty()
                && word.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || SAFE.indexOf(c) >= 0);
        return safe ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
