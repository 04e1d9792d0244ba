package dev.faas.wire;

import java.util.regex.Pattern;

/** Checks subjects of users: up to 8 tokens, with dots between them. */
public final class UserSubject {
    public static final String RULE = "be 1 to 8 names of A-Z, a-z, 0-9, '-' and '_' with '.' between them";
    public static final String PATTERN_RULE =
            RULE + "; '*' stands for any one name, '>' at the end for all that follow";

    private static final String TOKEN = "[A-Za-z0-9_-]{1,64}";
    private static final Pattern SUBJECT = Pattern.compile(TOKEN + "(\\." + TOKEN + "){0,7}");
    private static final Pattern PATTERN =
            Pattern.compile("(?!([^.]*\\.){8})((" + TOKEN + "|\\*)\\.)*(" + TOKEN + "|\\*|>)");

    private UserSubject() {}

    /** Without wildcards. */
    public static boolean isSubject(String text) {
        return SUBJECT.matcher(text).matches();
    }

    /** With or without wildcards. */
    public static boolean isPattern(String text) {
        return PATTERN.matcher(text).matches();
    }
}
