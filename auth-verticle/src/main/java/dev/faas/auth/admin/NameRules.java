package dev.faas.auth.admin;

import dev.faas.http.JsonFields;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads names and passwords of new accounts. */
public final class NameRules {
    public static final int MAX_PASSWORD_LENGTH = 256;
    public static final int MIN_PASSWORD_LENGTH = 8;
    private static final Pattern USERNAME = Pattern.compile("(?!usr_)[a-z0-9][a-z0-9._-]{2,63}");
    public static final String USERNAME_RULE =
            "be 3 to 64 of a-z, 0-9, '.', '_' and '-', begin with a letter or a digit,"
                    + " and not with 'usr_', as ids do";

    private NameRules() {}

    public static boolean isUsername(String text) {
        return USERNAME.matcher(text).matches();
    }

    public static boolean isNewPassword(String text) {
        var length = text.codePointCount(0, text.length());
        return length >= MIN_PASSWORD_LENGTH && length <= MAX_PASSWORD_LENGTH && text.indexOf('\0') < 0;
    }

    public static String username(JsonFields fields) {
        return fields.text("username", USERNAME, USERNAME_RULE);
    }

    static Optional<String> optionalUsername(JsonFields fields) {
        return fields.optionalText("username", USERNAME, USERNAME_RULE);
    }

    public static String newPassword(JsonFields fields, String name) {
        return fields.text(name, MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH);
    }
}
